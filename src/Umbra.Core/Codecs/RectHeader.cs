using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Before each rectangle of an update (RFC 6143, 7.6.1): U16 x, y, width, height, S32 encoding.</summary>
public static class RectHeader
{
    public const int Size = 12;

    public static void Write(IBufferWriter<byte> output, Rect rect, RfbEncoding encoding)
    {
        Span<byte> wire = output.GetSpan(Size);
        BinaryPrimitives.WriteUInt16BigEndian(wire, (ushort)rect.X);
        BinaryPrimitives.WriteUInt16BigEndian(wire[2..], (ushort)rect.Y);
        BinaryPrimitives.WriteUInt16BigEndian(wire[4..], (ushort)rect.Width);
        BinaryPrimitives.WriteUInt16BigEndian(wire[6..], (ushort)rect.Height);
        BinaryPrimitives.WriteInt32BigEndian(wire[8..], (int)encoding);
        output.Advance(Size);
    }

    /// <summary>Reads one header; the rectangle is as the peer says, unchecked.</summary>
    public static bool TryRead(ref SequenceReader<byte> reader, out Rect rect, out RfbEncoding encoding)
    {
        Span<byte> wire = stackalloc byte[Size];
        if (!reader.TryCopyTo(wire))
        {
            (rect, encoding) = (default, default);
            return false;
        }

        rect = new Rect(
            BinaryPrimitives.ReadUInt16BigEndian(wire), BinaryPrimitives.ReadUInt16BigEndian(wire[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(wire[4..]), BinaryPrimitives.ReadUInt16BigEndian(wire[6..]));
        encoding = (RfbEncoding)BinaryPrimitives.ReadInt32BigEndian(wire[8..]);
        reader.Advance(Size);
        return true;
    }
}
