using System.Buffers.Binary;
using System.Net.Sockets;
using Umbra.Core.Input;

namespace Umbra.Sessions.Sources.Desktop;

/// <summary>
/// Asks an X server where its pointer is (X protocol: connection setup, QueryPointer). An RFB client that says the same at once changes
/// nothing on the desktop, and
/// Xvnc, which draws the pointer into the picture of a client that has not put it where it is, leaves the picture clean.
/// </summary>
internal static class XPointer
{
    private const int SecretSize = 16;
    private const int SetupHeaderSize = 8;
    private const int SetupFixedSize = 32;
    private const int QueryPointer = 38;
    private const int ReplySize = 32;
    private const int MaxSetupSize = 64 * 1024;

    /// <summary>Null where the server does not say.</summary>
    public static async Task<PointerInput?> FindAsync(int display, string xAuthority, CancellationToken cancellationToken)
    {
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint($"/tmp/.X11-unix/X{display}"), cancellationToken);
            await using NetworkStream stream = new(socket);
            byte[] secret = (await File.ReadAllBytesAsync(xAuthority, cancellationToken))[^SecretSize..];
            await stream.WriteAsync(Setup(secret), cancellationToken);
            uint root = await ReadRootWindowAsync(stream, cancellationToken);
            await stream.WriteAsync(Query(root), cancellationToken);
            byte[] reply = new byte[ReplySize];
            await stream.ReadExactlyAsync(reply, cancellationToken);
            int x = BinaryPrimitives.ReadInt16LittleEndian(reply.AsSpan(16));
            int y = BinaryPrimitives.ReadInt16LittleEndian(reply.AsSpan(18));
            return reply[0] == 1 ? new PointerInput(x, y, 0) : null;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
    }

    /// <summary>Little-endian, protocol 11.0, the secret under its name padded to four bytes.</summary>
    private static byte[] Setup(byte[] secret) =>
        [(byte)'l', 0, 11, 0, 0, 0, 18, 0, SecretSize, 0, 0, 0, .. "MIT-MAGIC-COOKIE-1"u8, 0, 0, .. secret];

    private static byte[] Query(uint window)
    {
        byte[] request = [QueryPointer, 0, 2, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(4), window);
        return request;
    }

    /// <summary>The first screen's root window: it stands behind the vendor's name and the pixel formats.</summary>
    private static async Task<uint> ReadRootWindowAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] header = new byte[SetupHeaderSize];
        await stream.ReadExactlyAsync(header, cancellationToken);
        int size = 4 * BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(6));
        if (header[0] != 1 || size is < SetupFixedSize or > MaxSetupSize)
        {
            throw new IOException("the x server refused the connection");
        }

        byte[] body = new byte[size];
        await stream.ReadExactlyAsync(body, cancellationToken);
        int vendor = (BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(16)) + 3) / 4 * 4;
        int screen = SetupFixedSize + vendor + (8 * body[21]);
        return screen + 4 <= size
            ? BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(screen))
            : throw new IOException("the x server has no screen");
    }
}
