using System.Buffers.Binary;
using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>
/// A connection's ZRLE stream begins with a zlib header that shared payloads do not have. For the first ZRLE rectangle of a connection
/// send <see cref="WritePrefix"/> and then the payload from <see cref="PayloadOffset"/> on (further rectangles in it may follow);
/// all later payloads go out untouched.
/// </summary>
public static class ZrleStart
{
    /// <summary>Bytes of the prefix: rectangle header, length, zlib header.</summary>
    public const int PrefixSize = PayloadOffset + ZlibHeaderSize;

    /// <summary>Where the first rectangle's deflate segment begins in a payload.</summary>
    public const int PayloadOffset = RectHeader.WireSize + sizeof(uint);

    private const int ZlibHeaderSize = 2;

    /// <summary>Deflate with a window of 32 KiB, fastest level, no dictionary (RFC 1950, 2.2).</summary>
    private const ushort ZlibHeader = 0x7801;

    /// <summary>Writes what replaces the first <see cref="PayloadOffset"/> bytes of <paramref name="payload"/>.</summary>
    /// <param name="payload">Begins with a ZRLE rectangle.</param>
    /// <param name="prefix">At least <see cref="PrefixSize"/> bytes.</param>
    /// <exception cref="ArgumentException">The payload begins with something else.</exception>
    public static void WritePrefix(ReadOnlySpan<byte> payload, Span<byte> prefix)
    {
        if (payload.Length < PayloadOffset
            || BinaryPrimitives.ReadInt32BigEndian(payload[(RectHeader.WireSize - sizeof(int))..]) != (int)RfbEncoding.Zrle)
        {
            throw new ArgumentException("not a ZRLE rectangle", nameof(payload));
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(payload[RectHeader.WireSize..]);
        payload[..RectHeader.WireSize].CopyTo(prefix);
        BinaryPrimitives.WriteUInt32BigEndian(prefix[RectHeader.WireSize..], length + ZlibHeaderSize);
        BinaryPrimitives.WriteUInt16BigEndian(prefix[PayloadOffset..], ZlibHeader);
    }
}
