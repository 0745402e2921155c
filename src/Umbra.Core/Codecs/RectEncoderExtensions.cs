using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

public static class RectEncoderExtensions
{
    /// <summary>One area alone.</summary>
    public static EncodeResult Encode(this IRectEncoder encoder, Canvas canvas, Rect rect, in EncodingClass encodingClass, PayloadWriter output) =>
        encoder.Encode(canvas, new ReadOnlySpan<Rect>(in rect), encodingClass, output);
}
