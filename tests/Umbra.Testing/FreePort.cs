using System.Net;
using System.Net.Sockets;

namespace Umbra.Testing;

/// <summary>
/// A port that nobody of this machine had a moment ago, for TCP and for UDP, at any address. It is none of those that systems hand out to whoever asks for any, so it
/// stays free while its user closes it and opens it again.
/// </summary>
public static class FreePort
{
    private const int First = 10000;

    /// <summary>Linux hands out ports from 32768 on, Windows from 49152.</summary>
    private const int Count = 32768 - First;

    public static int Find()
    {
        for (int i = 0; i < Count; i++)
        {
            int port = First + Random.Shared.Next(Count);
            if (IsFree(port, SocketType.Stream, ProtocolType.Tcp) && IsFree(port, SocketType.Dgram, ProtocolType.Udp))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"no port from {First} to {First + Count - 1} is free");
    }

    private static bool IsFree(int port, SocketType type, ProtocolType protocol)
    {
        using Socket socket = new(AddressFamily.InterNetwork, type, protocol) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
