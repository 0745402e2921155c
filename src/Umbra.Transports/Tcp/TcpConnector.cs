using System.Net;
using System.Net.Sockets;

namespace Umbra.Transports.Tcp;

/// <summary>Tdtcp, client side.</summary>
public sealed class TcpConnector(TransportOptions options) : ITransportConnector
{
    public bool CanConnect(TransportAddress address) => address.Driver == TransportDrivers.Tcp;

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return new NetworkStream(await ConnectAsync(address.EndPoint, cancellationToken), ownsSocket: true);
        }
        catch (SocketException exception)
        {
            throw TransportException.Connecting(address, exception);
        }
    }

    private async Task<Socket> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        if (endPoint is not DnsEndPoint name)
        {
            return await ConnectAsync((IPEndPoint)endPoint, cancellationToken);
        }

        IPAddress[] addresses = await Dns.GetHostAddressesAsync(name.Host, cancellationToken);
        return await HappyEyeballs.ConnectAsync(
            HappyEyeballs.Interleave(addresses), (address, token) => ConnectAsync(new IPEndPoint(address, name.Port), token), TimeProvider.System, cancellationToken);
    }

    private async Task<Socket> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            options.SetBuffers(socket);
            TcpKeepAlive.Set(socket);
            await socket.ConnectAsync(endPoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
