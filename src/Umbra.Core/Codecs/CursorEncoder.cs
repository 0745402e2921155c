using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Writes a cursor image as a complete pseudo-rectangle, the hot spot in the place of x and y.</summary>
public static class CursorEncoder
{
    /// <summary>From this alpha on a pixel of a cursor without half tones is drawn.</summary>
    private const byte OpaqueFrom = 128;

    /// <summary>Cursor (RFC 6143, 7.8.1): pixels in the client's format, then a bit per pixel, rows padded to bytes.</summary>
    public static void WriteCursor(IBufferWriter<byte> output, CursorShape shape, PixelConverter converter)
    {
        new RectHeader(new Rect(shape.HotX, shape.HotY, shape.Width, shape.Height), RfbEncoding.Cursor).Write(output);
        ReadOnlySpan<byte> pixels = Pixels(shape);
        Span<byte> pixel = stackalloc byte[Canvas.BytesPerPixel];
        for (int i = 0; i < pixels.Length; i += Canvas.BytesPerPixel)
        {
            Opaque(pixels[i..], pixel);
            converter.ToWire(pixel, output.GetSpan(converter.BytesPerPixel));
            output.Advance(converter.BytesPerPixel);
        }

        WriteMask(output, pixels, shape.Width);
    }

    /// <summary>Cursor With Alpha (rfbproto): S32 encoding, here Raw, then R G B A, colours multiplied with alpha.</summary>
    public static void WriteCursorWithAlpha(IBufferWriter<byte> output, CursorShape shape)
    {
        new RectHeader(new Rect(shape.HotX, shape.HotY, shape.Width, shape.Height), RfbEncoding.CursorWithAlpha).Write(output);
        ReadOnlySpan<byte> pixels = Pixels(shape);
        Span<byte> wire = output.GetSpan(sizeof(int) + pixels.Length);
        BinaryPrimitives.WriteInt32BigEndian(wire, (int)RfbEncoding.Raw);
        output.Advance(sizeof(int) + pixels.Length);
        SwapRedBlue(pixels, wire[sizeof(int)..]);
    }

    /// <summary>Between B G R A and R G B A.</summary>
    internal static void SwapRedBlue(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (int i = 0; i < source.Length; i += Canvas.BytesPerPixel)
        {
            (target[i], target[i + 1], target[i + 2], target[i + 3]) = (source[i + 2], source[i + 1], source[i], source[i + 3]);
        }
    }

    private static ReadOnlySpan<byte> Pixels(CursorShape shape) =>
        shape.Pixels is null ? default : shape.Pixels.Span[..(shape.Width * shape.Height * Canvas.BytesPerPixel)];

    /// <summary>The colour without its alpha, black where nothing is drawn.</summary>
    private static void Opaque(ReadOnlySpan<byte> bgra, Span<byte> bgrx)
    {
        byte alpha = bgra[3];
        for (int i = 0; i < 3; i++)
        {
            bgrx[i] = alpha < OpaqueFrom ? (byte)0 : (byte)Math.Min(255, ((bgra[i] * 255) + (alpha / 2)) / alpha);
        }

        bgrx[3] = 0;
    }

    private static void WriteMask(IBufferWriter<byte> output, ReadOnlySpan<byte> pixels, int width)
    {
        int rowSize = (width + 7) / 8;
        for (ReadOnlySpan<byte> rest = pixels; rest.Length > 0; rest = rest[(width * Canvas.BytesPerPixel)..])
        {
            Span<byte> mask = output.GetSpan(rowSize)[..rowSize];
            mask.Clear();
            for (int x = 0; x < width; x++)
            {
                mask[x / 8] |= rest[(x * Canvas.BytesPerPixel) + 3] >= OpaqueFrom ? (byte)(0x80 >> (x % 8)) : (byte)0;
            }

            output.Advance(rowSize);
        }
    }
}
