namespace Umbra.Transports.Serial;

/// <summary>Which end of a line begins a connection. Where both may, and do so at once, they agree by themselves.</summary>
internal enum LineRole
{
    Auto,
    Listen,
    Connect,
}
