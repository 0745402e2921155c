using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports.Memory;

/// <summary>Tdmemory, both sides: connections inside this process, bounded as the others are.</summary>
public sealed class MemoryTransport(BufferPool pool, Account account, TransportOptions options)
    : ITransportListenerFactory, ITransportConnector
{
    private readonly ConcurrentDictionary<string, MemoryListener> _listeners = new(StringComparer.Ordinal);

    public bool CanBind(EndPoint endpoint) => endpoint is MemoryEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        BindAsync(endpoint, account, cancellationToken);

    /// <summary>A connection's two sides are one here and may end in either order, so the listener has no account to close: the payer's is used as it is.</summary>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endPoint, Account payer, CancellationToken cancellationToken)
    {
        MemoryEndPoint name = (MemoryEndPoint)endPoint;
        MemoryListener listener = new(name, payer, options.Backlog, self => _listeners.TryRemove(KeyValuePair.Create(name.Name, self)));
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

        MemoryPool<byte> memory = pool.AsMemoryPool(BufferTag.TdMemory, listener.Payer);
        MemoryLane lane = new(memory, options.MaxReadBufferSize);
        MemoryConnection server = new(lane, listener.EndPoint, memory);
        if (await listener.TryOfferAsync(server, cancellationToken))
        {
            return new LaneStream(lane, server.PeerClosed);
        }

        await server.DisposeAsync();
        throw Refused(address);
    }

    private static IOException Refused(TransportAddress address) => new($"cannot connect to {address}: nobody listens");
}
