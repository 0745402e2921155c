using System.Net;
using Umbra.Transports.Http;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Tcp;

/// <summary>Tdtcp, listening side.</summary>
internal sealed class TcpListenerFactory(SocketDriverServices services) : SocketListenerFactory(TransportDrivers.Tcp, services)
{
    public override bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint and not HttpEndPoint;
}
