namespace Umbra.Configuration;

internal enum LogFormat
{
    Text,
    Json,
}
