using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>RFC 6143, 7.7.4: tiles of 16x16, each a background with rectangles on it, or raw. One rectangle per area.</summary>
public sealed class HextileEncoder : IRectEncoder
{
    internal const int TileEdge = 16;
    private const int TileArea = TileEdge * TileEdge;
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

    private static void Encode(Canvas canvas, Rect rect, PixelConverter converter, PayloadWriter output)
    {
        new RectHeader(rect, RfbEncoding.Hextile).Write(output);
        HextileTileWriter writer = new(converter.BytesPerPixel, output);
        Span<uint> bgrx = stackalloc uint[TileArea];
        Span<uint> pixels = stackalloc uint[TileArea];
        Span<byte> wire = stackalloc byte[TileArea * Canvas.BytesPerPixel];
        for (int y = rect.Y; y < rect.Bottom; y += TileEdge)
        {
            for (int x = rect.X; x < rect.Right; x += TileEdge)
            {
                Rect tile = Rect.FromEdges(x, y, Math.Min(x + TileEdge, rect.Right), Math.Min(y + TileEdge, rect.Bottom));
                Span<uint> tilePixels = PixelScan.Gather(canvas, tile, bgrx);
                Span<byte> tileWire = wire[..(tilePixels.Length * converter.BytesPerPixel)];
                converter.ToWire(MemoryMarshal.AsBytes(tilePixels), tileWire);
                Widen(tileWire, converter.BytesPerPixel, pixels);
                writer.Write(tileWire, pixels[..tilePixels.Length], tile.Size);
            }
        }
    }

    public void Dispose()
    {
    }

    /// <summary>Wire pixels as numbers, first byte lowest: two are equal where their bytes are.</summary>
    private static void Widen(ReadOnlySpan<byte> wire, int bytesPerPixel, Span<uint> pixels)
    {
        for (int i = 0; wire.Length > 0; i++, wire = wire[bytesPerPixel..])
        {
            pixels[i] = bytesPerPixel switch
            {
                1 => wire[0],
                2 => MemoryMarshal.Read<ushort>(wire),
                _ => MemoryMarshal.Read<uint>(wire),
            };
        }
    }
}
