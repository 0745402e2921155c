using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>
/// Head of one rectangle of an update (RFC 6143, 7.6.1): U16 x, U16 y, U16 width, U16 height, S32 encoding. For pseudo-encodings the four
/// numbers can
/// mean something else.
/// </summary>
public readonly record struct RectHeader(Rect Rect, RfbEncoding Encoding)
{
    public const int WireSize = 12;

    public static bool TryRead(ref SequenceReader<byte> reader, out RectHeader header)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        bool isThere = reader.TryTake(wire);
        header = new RectHeader(WireRect.Read(wire), (RfbEncoding)BinaryPrimitives.ReadInt32BigEndian(wire[WireRect.WireSize..]));
        return isThere;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        WireRect.Write(wire, Rect);
        BinaryPrimitives.WriteInt32BigEndian(wire[WireRect.WireSize..], (int)Encoding);
        output.Write(wire);
    }
}
