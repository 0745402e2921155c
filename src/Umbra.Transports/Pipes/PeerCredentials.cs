using System.Net.Sockets;

namespace Umbra.Transports.Pipes;

/// <summary>Which process is at the other end of a Unix socket, as the kernel noted it when that one connected (SO_PEERCRED, unix(7)).</summary>
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int UcredBytes = 12;

    /// <summary>Null where the kernel does not tell: not on Linux, or the socket is gone.</summary>
    public static PeerCredentials? Of(Socket socket)
    {
        Span<byte> ucred = stackalloc byte[UcredBytes];
        try
        {
            return OperatingSystem.IsLinux() && socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred) == UcredBytes
                ? new PeerCredentials(BitConverter.ToInt32(ucred), BitConverter.ToUInt32(ucred[4..]), BitConverter.ToUInt32(ucred[8..]))
                : null;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
