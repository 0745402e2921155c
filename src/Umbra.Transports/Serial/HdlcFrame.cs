using System.Buffers.Binary;
using System.IO.Hashing;

namespace Umbra.Transports.Serial;

/// <summary>
/// A packet between two flags, as RFC 1662 frames octets on an asynchronous line: flag, body, CRC-32 of the body (little endian), flag. Within, a byte that means
/// something to the line is written as an escape and itself with one bit changed. Both sides of a line must escape the same.
/// </summary>
internal static class HdlcFrame
{
    public const byte Flag = 0x7E;
    public const byte Escape = 0x7D;
    public const byte EscapeBit = 0x20;
    public const int ChecksumBytes = 4;

    /// <summary>What is not to be sent as it is. XON and XOFF, with either parity, are the line's own where software flow control is anywhere on it.</summary>
    public static ReadOnlySpan<byte> SpecialBytes(bool escapesFlowControl) => escapesFlowControl ? [Flag, Escape, 0x11, 0x13, 0x91, 0x93] : [Flag, Escape];

    /// <summary>Room that <see cref="Write"/> needs where every byte is escaped.</summary>
    public static int MaxBytes(int bodyBytes) => (2 * (bodyBytes + ChecksumBytes)) + 2;

    /// <returns>How many bytes of <paramref name="frame"/> were written.</returns>
    public static int Write(ReadOnlySpan<byte> body, Span<byte> frame, bool escapesFlowControl)
    {
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32.HashToUInt32(body));
        ReadOnlySpan<byte> special = SpecialBytes(escapesFlowControl);

        // A flag at both ends: where noise takes the last one of a frame, the next frame still has its own.
        frame[0] = Flag;
        int at = 1;
        at += WriteEscaped(body, frame[at..], special);
        at += WriteEscaped(checksum, frame[at..], special);
        frame[at++] = Flag;
        return at;
    }

    private static int WriteEscaped(ReadOnlySpan<byte> bytes, Span<byte> destination, ReadOnlySpan<byte> special)
    {
        int at = 0;
        while (!bytes.IsEmpty)
        {
            int next = bytes.IndexOfAny(special);
            int run = next < 0 ? bytes.Length : next;
            bytes[..run].CopyTo(destination[at..]);
            at += run;
            bytes = bytes[run..];
            if (!bytes.IsEmpty)
            {
                destination[at++] = Escape;
                destination[at++] = (byte)(bytes[0] ^ EscapeBit);
                bytes = bytes[1..];
            }
        }

        return at;
    }
}
