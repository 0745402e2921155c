using System.Buffers;
using System.Buffers.Binary;

namespace Umbra.Core.Rfb;

/// <summary>
/// Client to server (RFC 6143, 7.5.2): U8 type 2, 1 byte padding, U16 number-of-encodings, S32[] encoding-types, the preferred first.
/// </summary>
public static class SetEncodings
{
    private const int HeaderSize = 4;

    /// <summary>
    /// Reads the header and the first <see cref="RfbLimits.MaxEncodings"/> encodings. What the client listed beyond that is left in the
    /// stream:
    /// <paramref name="bytesToSkip"/> of it.
    /// </summary>
    public static bool TryRead(ref SequenceReader<byte> reader, out ClientCapabilities capabilities, out int bytesToSkip)
    {
        capabilities = ClientCapabilities.Least;
        bytesToSkip = 0;
        if (!reader.TryPeekU32(0, out uint header))
        {
            return false;
        }

        int listed = (ushort)header;
        int count = Math.Min(listed, RfbLimits.MaxEncodings);
        Span<byte> wire = stackalloc byte[HeaderSize + (4 * count)];
        if (!reader.TryTake(wire))
        {
            return false;
        }

        Span<RfbEncoding> encodings = stackalloc RfbEncoding[count];
        for (int i = 0; i < count; i++)
        {
            encodings[i] = (RfbEncoding)BinaryPrimitives.ReadInt32BigEndian(wire[(HeaderSize + (4 * i))..]);
        }

        capabilities = ClientCapabilities.From(encodings);
        bytesToSkip = 4 * (listed - count);
        return true;
    }

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<RfbEncoding> encodings)
    {
        Span<byte> wire = stackalloc byte[4];
        wire[0] = (byte)ClientMessageType.SetEncodings;
        BinaryPrimitives.WriteUInt16BigEndian(wire[2..], checked((ushort)encodings.Length));
        output.Write(wire);
        foreach (RfbEncoding encoding in encodings)
        {
            BinaryPrimitives.WriteInt32BigEndian(wire, (int)encoding);
            output.Write(wire);
        }
    }
}
