using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Pattern;

namespace Umbra.Benchmarks;

/// <summary>A viewer's picture, right where the step number is and beside it: of a JPEG rectangle only the first rows are decoded, and only where they matter.</summary>
internal sealed class StepPicture(BufferPool pool, int width, int height) : IDisposable
{
    /// <summary>More than the first rows of any JPEG take.</summary>
    private const int TopBytes = 128 * 1024;

    /// <summary>Of the step and of the keys, beside each other.</summary>
    private const int MarkersWidth = 2 * PatternMarker.Width;

    private readonly RectDecoders _decoders = new(pool, pool.Root, PixelFormat.Bgrx);
    private readonly JpegDecoder _jpeg = new();
    private readonly Canvas _canvas = new(pool, pool.Root, new Size(width, height));

    public Size Size => _canvas.Size;

    /// <summary>BGRX, rows without gaps.</summary>
    public ReadOnlySpan<byte> Pixels => _canvas.Pixels[..(_canvas.Stride * _canvas.Size.Height)];

    /// <summary>The step shown now; null where there is none.</summary>
    public uint? Step => PatternMarker.TryRead(_canvas.Pixels, _canvas.Stride, out uint step) ? step : null;

    /// <summary>How many keys the picture says were pressed, right of the step; null where it does not.</summary>
    public uint? Keys => Size.Width >= MarkersWidth && PatternMarker.TryRead(_canvas.Pixels[(PatternMarker.Width * Canvas.BytesPerPixel)..], _canvas.Stride, out uint keys) ? keys : null;

    public void Begin(RfbEncoding encoding, Rect rect)
    {
        if (encoding == RfbEncoding.DesktopSize)
        {
            throw new InvalidDataException("the desktop changed its size");
        }

        _decoders.Begin(encoding, _canvas, rect);
    }

    public bool TryDraw(ref SequenceReader<byte> reader) => _decoders.TryDecode(ref reader);

    /// <param name="jpeg">Is changed: the picture in it is made as low as the numbers.</param>
    public void DrawJpeg(Span<byte> jpeg, Rect rect)
    {
        Rect markers = new(0, 0, MarkersWidth, PatternMarker.Height);
        if (rect.Intersect(markers).IsEmpty)
        {
            return;
        }

        Rect top = rect with { Height = Math.Min(rect.Height, PatternMarker.Height) };
        SetHeight(jpeg, top.Height);
        _jpeg.Decode(jpeg[..Math.Min(jpeg.Length, TopBytes)], _canvas, top);
    }

    public void Dispose()
    {
        _decoders.Dispose();
        _jpeg.Dispose();
        _canvas.Dispose();
    }

    /// <summary>ITU-T T.81 B.2.2: marker (FF C0 to C2), length, precision, then the number of lines.</summary>
    private static void SetHeight(Span<byte> jpeg, int height)
    {
        int at = 2;
        while (jpeg[at + 1] is < 0xC0 or > 0xC2)
        {
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
        }

        BinaryPrimitives.WriteUInt16BigEndian(jpeg[(at + 5)..], (ushort)height);
    }
}
