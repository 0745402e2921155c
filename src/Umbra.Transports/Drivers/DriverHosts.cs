namespace Umbra.Transports.Drivers;

/// <summary>All drivers of a node, each with its host.</summary>
public sealed class DriverHosts(IEnumerable<DriverHost> hosts)
{
    public IReadOnlyList<DriverHost> All { get; } = [.. hosts];

    public DriverHost Of(TransportDriver driver) => All.First(host => host.Driver == driver);
}
