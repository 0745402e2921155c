using System.Net.Sockets;

namespace Umbra.Transports;

/// <summary>
/// How much may wait on one connection. These are bounds against peers that do not read or do not stop sending: raising them costs that
/// much more
/// memory for each of them.
/// </summary>
public sealed record TransportOptions
{
    /// <summary>Bytes read from the wire ahead of who handles them, per accepted connection.</summary>
    public int MaxReadBufferSize { get; init; } = 128 * 1024;

    /// <summary>Bytes written and not yet taken by the kernel, per accepted connection; a flush waits beyond it.</summary>
    public int MaxWriteBufferSize { get; init; } = 64 * 1024;

    /// <summary>
    /// The kernel's send buffer (SO_SNDBUF; Linux doubles it for its own needs), or null to leave it to the kernel, which lets it grow to
    /// megabytes.
    /// What waits there is old when it arrives: at 10 KB/s, 64 KiB are six seconds.
    /// </summary>
    public int? SendBufferSize { get; init; } = 256 * 1024;

    /// <summary>The most of our memory that waits on one connection: what is read ahead and what is not yet taken, once more for TLS, each in blocks half full.</summary>
    public long BytesPerConnection => 4L * (MaxReadBufferSize + MaxWriteBufferSize);

    /// <summary>
    /// The kernel's receive buffer of TCP (SO_RCVBUF, doubled as well), or null to leave it to the kernel, which lets it grow to 32 MiB. Of a Unix socket the
    /// sender pays for what is on its way.
    /// </summary>
    public int? ReceiveBufferSize { get; init; } = 128 * 1024;

    /// <summary>One part in so many of the connections is for the owners' path alone.</summary>
    public const int ReservedPart = 4;

    /// <summary>Connections at once, on all listeners together.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Connections the kernel accepts ahead of us.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>Sets both buffers. Before a socket connects or listens: how wide TCP's window can be is agreed upon then.</summary>
    public void SetBuffers(Socket socket)
    {
        if (SendBufferSize is { } send)
        {
            socket.SendBufferSize = send;
        }

        if (ReceiveBufferSize is { } receive && socket.AddressFamily != AddressFamily.Unix)
        {
            socket.ReceiveBufferSize = receive;
        }
    }
}
