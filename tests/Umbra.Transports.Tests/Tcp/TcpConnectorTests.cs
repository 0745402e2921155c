using System.Net;
using System.Net.Sockets;
using Umbra.Transports.Tcp;

namespace Umbra.Transports.Tests.Tcp;

public sealed class TcpConnectorTests
{
    [Fact]
    public async Task ConnectAsync_Connected_NoticesAPeerWhoseMachineIsGone()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        TransportAddress address = TransportAddress.Parse($"tcp://{listener.LocalEndpoint}");

        await using NetworkStream stream = Assert.IsType<NetworkStream>(
            await new TcpConnector(new TransportOptions()).ConnectAsync(address, CancellationToken.None));

        Assert.NotEqual(0, stream.Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal([30, 10, 3], ((SocketOptionName[])
            [SocketOptionName.TcpKeepAliveTime, SocketOptionName.TcpKeepAliveInterval, SocketOptionName.TcpKeepAliveRetryCount])
            .Select(option => (int)stream.Socket.GetSocketOption(SocketOptionLevel.Tcp, option)!));
    }

    [Fact]
    public void Set_ClosedSocket_IsNoError()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Dispose();

        TcpKeepAlive.Set(socket);
    }
}
