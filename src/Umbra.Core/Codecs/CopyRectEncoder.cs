using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// RFC 6143, 7.7.2: U16 source x, U16 source y. Not an <see cref="IRectEncoder"/>: it says what moved, not what is there.
/// </summary>
public static class CopyRectEncoder
{
    public const int BodySize = 4;

    /// <summary>A complete rectangle.</summary>
    public static void Write(IBufferWriter<byte> output, CopyMove move)
    {
        new RectHeader(move.Target, RfbEncoding.CopyRect).Write(output);
        Span<byte> body = output.GetSpan(BodySize);
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)move.SourceX);
        BinaryPrimitives.WriteUInt16BigEndian(body[2..], (ushort)move.SourceY);
        output.Advance(BodySize);
    }
}
