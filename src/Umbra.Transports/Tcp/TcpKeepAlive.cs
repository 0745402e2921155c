using System.Net.Sockets;

namespace Umbra.Transports.Tcp;

/// <summary>A peer whose machine is gone says nothing for ever; keep-alive finds out, in about a minute.</summary>
public static class TcpKeepAlive
{
    private const int IdleSeconds = 30;
    private const int IntervalSeconds = 10;
    private const int Retries = 3;

    public static void Set(Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, IntervalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Retries);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone again already: whoever reads from it is told.
        }
    }
}
