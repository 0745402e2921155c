using System.Buffers;
using System.Buffers.Binary;
using System.Net;

namespace Umbra.Transports.NetBios;

/// <summary>The first exchange on a session's connection, both sides (RFC 1002 section 5.3). Reads not one byte more than that.</summary>
internal static class SessionHandshake
{
    /// <summary>For the whole of it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const int RefusalBytes = 1;
    private const int RetargetBytes = 6;

    /// <summary>The calling side.</summary>
    /// <exception cref="IOException">The wire failed, or the peer speaks another protocol.</exception>
    public static async ValueTask<SessionAnswer> RequestAsync(Stream stream, SessionRequest request, MemoryPool<byte> pool, CancellationToken cancellationToken)
    {
        using IMemoryOwner<byte> block = pool.Rent(SessionHeader.Size + SessionRequest.Size);
        Memory<byte> packet = block.Memory[..(SessionHeader.Size + SessionRequest.Size)];
        new SessionHeader(SessionPacketType.Request, SessionRequest.Size).Write(packet.Span);
        request.Write(packet.Span[SessionHeader.Size..]);
        await stream.WriteAsync(packet, cancellationToken);

        SessionHeader? header = await ReadHeaderAsync(stream, packet, cancellationToken);
        switch (header)
        {
            case { Type: SessionPacketType.PositiveResponse, Length: 0 }:
                return default;
            case { Type: SessionPacketType.NegativeResponse, Length: RefusalBytes }:
                await stream.ReadExactlyAsync(packet[..RefusalBytes], cancellationToken);
                return new SessionAnswer((SessionRefusal)packet.Span[0], null);
            case { Type: SessionPacketType.Retarget, Length: RetargetBytes }:
                await stream.ReadExactlyAsync(packet[..RetargetBytes], cancellationToken);
                return new SessionAnswer(null, ReadEndPoint(packet.Span));
            default:
                throw new IOException("what answers there does not speak the NetBIOS session protocol");
        }
    }

    /// <summary>The called side: answers, unless it is no request that comes.</summary>
    /// <param name="check">Null where the called name takes sessions.</param>
    /// <returns>Who calls whom, and whether that was refused; null: it was no request, and not answered.</returns>
    /// <exception cref="IOException">The wire failed, or ended too early.</exception>
    public static async ValueTask<(SessionRequest Request, SessionRefusal? Refusal)?> AnswerAsync(
        Stream stream, Func<NetBiosName, SessionRefusal?> check, MemoryPool<byte> pool, CancellationToken cancellationToken)
    {
        using IMemoryOwner<byte> block = pool.Rent(SessionRequest.Size);
        Memory<byte> packet = block.Memory[..SessionRequest.Size];
        if (await ReadHeaderAsync(stream, packet, cancellationToken) is not { Type: SessionPacketType.Request, Length: SessionRequest.Size })
        {
            return null;
        }

        await stream.ReadExactlyAsync(packet, cancellationToken);
        if (!SessionRequest.TryRead(packet.Span, out SessionRequest request))
        {
            return null;
        }

        SessionRefusal? refusal = check(request.Called);
        int length = refusal is null ? 0 : RefusalBytes;
        new SessionHeader(refusal is null ? SessionPacketType.PositiveResponse : SessionPacketType.NegativeResponse, length).Write(packet.Span);
        packet.Span[SessionHeader.Size] = (byte)refusal.GetValueOrDefault();
        await stream.WriteAsync(packet[..(SessionHeader.Size + length)], cancellationToken);
        return (request, refusal);
    }

    /// <returns>Null where it is not well formed.</returns>
    private static async ValueTask<SessionHeader?> ReadHeaderAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await stream.ReadExactlyAsync(buffer[..SessionHeader.Size], cancellationToken);
        return SessionHeader.TryRead(buffer.Span, out SessionHeader header) ? header : null;
    }

    private static IPEndPoint ReadEndPoint(ReadOnlySpan<byte> bytes) =>
        new(new IPAddress(bytes[..4]), BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]));
}
