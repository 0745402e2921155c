using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Http;

/// <summary>Listens on an <see cref="HttpEndPoint"/>: Kestrel's tag, and an account for each, with a limit of its own.</summary>
internal sealed class HttpListenerFactory(SocketDriverServices services) : SocketListenerFactory(Http, services)
{
    /// <summary>Not among the drivers: nobody can connect a link or a viewer over it.</summary>
    private static readonly TransportDriver Http = new("http", "http", "http://HOST:PORT", "TCP", BufferTag.Kestrel);

    public override bool CanBind(EndPoint endpoint) => endpoint is HttpEndPoint;

    protected override Account OpenAccount(EndPoint endPoint)
    {
        HttpEndPoint http = (HttpEndPoint)endPoint;
        return Services.Pool.Root.Open(http.Name, http.MemoryLimit, mustSucceed: http.MustSucceed, isWire: true);
    }
}
