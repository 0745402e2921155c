using System.Net;
using System.Net.Sockets;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Pipes;

/// <summary>Tdpipe, listening side, over Unix sockets.</summary>
/// <param name="apiEndPoint">No link and no viewer comes here: left to Kestrel.</param>
internal sealed class PipeListenerFactory(SocketDriverServices services, EndPoint? apiEndPoint) : SocketListenerFactory(TransportDrivers.Pipe, services)
{
    public override bool CanBind(EndPoint endpoint) => endpoint is UnixDomainSocketEndPoint && !endpoint.Equals(apiEndPoint);
}
