using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>RFC 6143, 7.7.1: the pixels, row after row.</summary>
public sealed class RawEncoder : IRectEncoder
{
    private readonly PixelConverterCache _converters = new(PixelPacking.Plain);

    public EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> rects, in EncodingClass encodingClass, PayloadWriter output)
    {
        PixelConverter converter = _converters.Get(encodingClass.Format);
        foreach (Rect rect in rects)
        {
            Encode(canvas, rect, converter, output);
        }

        return new EncodeResult(rects.Length, false);
    }

    public void Dispose()
    {
    }

    private static void Encode(Canvas canvas, Rect rect, PixelConverter converter, PayloadWriter output)
    {
        new RectHeader(rect, RfbEncoding.Raw).Write(output);
        int rowSize = rect.Width * converter.BytesPerPixel;
        int size = checked(rowSize * rect.Height);
        Span<byte> wire = output.GetSpan(size);
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            converter.ToWire(canvas.Row(rect.X, y, rect.Width), wire[..rowSize]);
            wire = wire[rowSize..];
        }

        output.Advance(size);
    }
}
