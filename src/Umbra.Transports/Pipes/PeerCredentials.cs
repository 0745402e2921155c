using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Umbra.Transports.Pipes;

/// <summary>Who connected over a Unix socket, as the kernel noted it at that moment (SO_PEERCRED).</summary>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int Size = 12;

    /// <returns>Null where the connection is no Unix socket, or the system is not Linux.</returns>
    public static PeerCredentials? Of(ConnectionContext connection) =>
        connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? Of(socket) : null;

    /// <inheritdoc cref="Of(ConnectionContext)"/>
    public static PeerCredentials? Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily != AddressFamily.Unix)
        {
            return null;
        }

        Span<int> fields = stackalloc int[Size / sizeof(int)];
        int length = socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(fields));
        return length == Size ? new PeerCredentials(fields[0], (uint)fields[1], (uint)fields[2]) : null;
    }
}
