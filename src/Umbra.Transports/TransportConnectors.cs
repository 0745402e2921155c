namespace Umbra.Transports;

/// <summary>Connects by the address's scheme.</summary>
public sealed class TransportConnectors(IEnumerable<ITransportConnector> connectors)
{
    private readonly ITransportConnector[] _connectors = [.. connectors];

    /// <inheritdoc cref="ITransportConnector.ConnectAsync"/>
    /// <exception cref="NotSupportedException">No driver here connects to such an address.</exception>
    public ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        ITransportConnector? connector = Array.Find(_connectors, c => c.CanConnect(address));
        return connector?.ConnectAsync(address, cancellationToken)
            ?? throw new NotSupportedException($"no driver here connects to {address}");
    }
}
