using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Lanes;

namespace Umbra.Transports.Memory;

/// <summary>Tdmemory at work: connections inside this process, bounded as the others are.</summary>
/// <param name="pool">For all its connections: the two sides of one are one here and may end in either order, so none is a listener's alone.</param>
public sealed class MemoryTransport(MemoryPool<byte> pool, TransportOptions options) : ITransport, ITransportConnector, IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly ConcurrentDictionary<string, MemoryListener> _listeners = new(StringComparer.Ordinal);

    public bool CanBind(EndPoint endpoint) => endpoint is MemoryEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ListenAsync(endpoint, pool, cancellationToken);

    public ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken)
    {
        MemoryEndPoint name = (MemoryEndPoint)endPoint;
        MemoryListener listener = new(name, options.Backlog, self => _listeners.TryRemove(KeyValuePair.Create(name.Name, self)));
        return _listeners.TryAdd(name.Name, listener) ? new(listener) : throw new AddressInUseException($"somebody listens on {name}");
    }

    public bool CanConnect(TransportAddress address) => address.Driver == TransportDrivers.Memory;

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        if (!_listeners.TryGetValue(address.Name, out MemoryListener? listener))
        {
            throw Refused(address);
        }

        Lane lane = new(pool, options.MaxReadBufferSize);
        LaneConnection server = new(lane, listener.EndPoint, null, pool);
        if (await listener.TryOfferAsync(server, cancellationToken))
        {
            return new LaneStream(lane, server.PeerClosed);
        }

        await server.DisposeAsync();
        throw Refused(address);
    }

    public ValueTask DisposeAsync() => default;

    private static TransportException Refused(TransportAddress address) => new(TransportError.Refused, $"cannot connect to {address}: nobody listens");
}
