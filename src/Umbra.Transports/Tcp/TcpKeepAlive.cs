using System.Net.Sockets;

namespace Umbra.Transports.Tcp;

/// <summary>A peer whose machine is gone says nothing for ever; keep-alive finds out, within a minute.</summary>
public static class TcpKeepAlive
{
    public static void Set(Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone again already: whoever reads from it is told.
        }
    }
}
