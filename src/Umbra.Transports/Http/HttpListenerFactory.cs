using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Http;

/// <summary>Listens on an <see cref="HttpEndPoint"/>: Kestrel's tag, and an account for each, with a limit of its own. No driver: nobody can connect a link or a viewer over it.</summary>
internal sealed class HttpListenerFactory(BufferPool pool, TransportOptions options, SocketSettings sockets, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is HttpEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        HttpEndPoint http = (HttpEndPoint)endpoint;
        ListenerArena arena = new(
            "http", BufferTag.Kestrel, () => pool.Root.Open(http.Name, http.MemoryLimit, mustSucceed: http.MustSucceed, isWire: true),
            account => pool.AsMemoryPool(BufferTag.Kestrel, account));
        return await ArenaListener.BindAsync(
            arena, options, loggers.CreateLogger<ArenaListener>(), memory => SocketListener.BindAsync(endpoint, memory, sockets, options, loggers, cancellationToken));
    }
}
