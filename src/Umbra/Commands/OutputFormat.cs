namespace Umbra.Commands;

/// <summary>Tables for people, JSON for programs.</summary>
internal enum OutputFormat
{
    Table,
    Json,
}
