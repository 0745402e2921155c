using System.Net.Sockets;

namespace Umbra.Transports.Tcp;

/// <summary>Tdtcp, client side.</summary>
public sealed class TcpConnector(TransportOptions options) : ITransportConnector
{
    public bool CanConnect(TransportAddress address) => address.Driver == TransportDrivers.Tcp;

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            options.SetBuffers(socket);
            TcpKeepAlive.Set(socket);
            await socket.ConnectAsync(address.EndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException error)
            {
                throw TransportException.Connecting(address, error);
            }

            throw;
        }
    }
}
