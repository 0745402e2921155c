using System.Buffers.Binary;

namespace Umbra.Transports.NetBios;

/// <summary>What each packet of a session begins with (RFC 1002 section 4.3.1): type:1, seven bits that must be 0, length:17 big endian.</summary>
/// <param name="Length">Of what follows.</param>
internal readonly record struct SessionHeader(SessionPacketType Type, int Length)
{
    /// <summary>In bytes.</summary>
    public const int Size = 4;

    private const uint LengthMask = 0x1FFFF;
    private const uint ReservedMask = 0x00FE0000;

    /// <summary>False where a reserved bit is set.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SessionHeader header)
    {
        uint word = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        header = new SessionHeader((SessionPacketType)(word >> 24), (int)(word & LengthMask));
        return (word & ReservedMask) == 0;
    }

    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt32BigEndian(bytes, ((uint)Type << 24) | (uint)Length);
}
