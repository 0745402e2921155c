using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports.Memory;

/// <summary>Tdmemory, both sides: connections inside this process, bounded as the others are.</summary>
public sealed class MemoryTransport(BufferPool pool, Account account, TransportOptions options)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector, ITransportConnector
{
    private readonly ConcurrentDictionary<string, MemoryListener> _listeners = new(StringComparer.Ordinal);

    public bool CanBind(EndPoint endpoint) => endpoint is MemoryEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        MemoryEndPoint name = (MemoryEndPoint)endpoint;
        MemoryListener listener = new(name, options.Backlog, self => _listeners.TryRemove(KeyValuePair.Create(name.Name, self)));
        return _listeners.TryAdd(name.Name, listener)
            ? ValueTask.FromResult<IConnectionListener>(listener)
            : throw new AddressInUseException($"somebody listens on {name}");
    }

    public bool CanConnect(TransportAddress address) => address.Driver == TransportDrivers.Memory;

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        if (!_listeners.TryGetValue(address.Name, out MemoryListener? listener))
        {
            throw Refused(address);
        }

        MemoryLane lane = new(pool.AsMemoryPool(BufferTag.TdMemory, account), options.MaxReadBufferSize);
        MemoryConnection server = new(lane, listener.EndPoint, pool.AsMemoryPool(BufferTag.TdMemory, account));
        if (await listener.TryOfferAsync(server, cancellationToken))
        {
            return new LaneStream(lane, server.PeerClosed);
        }

        await server.DisposeAsync();
        throw Refused(address);
    }

    private static IOException Refused(TransportAddress address) => new($"cannot connect to {address}: nobody listens");
}
