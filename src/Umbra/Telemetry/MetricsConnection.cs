namespace Umbra.Telemetry;

/// <summary>A feature of connections that came in at the metrics address, and of every request on them.</summary>
internal sealed class MetricsConnection
{
    public static MetricsConnection Instance { get; } = new();
}
