using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Decodes one ZRLE tile at a time. Owns its working memory, not the reader.</summary>
internal sealed class ZrleTileReader(BufferPool pool, Account account, PixelFormat format, InflateReader reader) : IDisposable
{
    private const int TileArea = ZrleEncoder.TileEdge * ZrleEncoder.TileEdge;
    private readonly PixelConverter _converter = PixelConverter.Create(format, PixelPacking.Compact);

    // The tile's pixels, then the palette.
    private readonly Lease _memory = pool.Rent((TileArea + ZrleSubencoding.MaxPalette) * Canvas.BytesPerPixel, BufferTag.Decoder, account);

    public void Read(Canvas canvas, Rect tile)
    {
        Span<uint> memory = MemoryMarshal.Cast<byte, uint>(_memory.Span);
        Span<uint> pixels = memory[..(tile.Width * tile.Height)];
        Span<uint> palette = memory[TileArea..];
        byte subencoding = reader.Take(1)[0];
        switch (subencoding)
        {
            case ZrleSubencoding.Raw:
                ReadPixels(pixels);
                break;
            case ZrleSubencoding.Solid:
                ReadPixels(palette[..1]);
                pixels.Fill(palette[0]);
                break;
            case <= ZrleSubencoding.MaxPacked:
                ReadPixels(palette[..subencoding]);
                ReadPacked(pixels, palette[..subencoding], tile.Width);
                break;
            case ZrleSubencoding.PlainRuns:
                ReadPlainRuns(pixels);
                break;
            case > ZrleSubencoding.PaletteRuns + 1:
                ReadPixels(palette[..(subencoding - ZrleSubencoding.PaletteRuns)]);
                ReadPaletteRuns(pixels, palette[..(subencoding - ZrleSubencoding.PaletteRuns)]);
                break;
            default:
                throw new ProtocolException($"unknown zrle subencoding: {subencoding}");
        }

        for (int y = 0; y < tile.Height; y++)
        {
            MemoryMarshal.AsBytes(pixels.Slice(y * tile.Width, tile.Width)).CopyTo(canvas.Row(tile.X, tile.Y + y, tile.Width));
        }
    }

    public void Dispose() => _memory.Dispose();

    private void ReadPixels(Span<uint> pixels) =>
        _converter.FromWire(reader.Take(pixels.Length * _converter.BytesPerPixel), MemoryMarshal.AsBytes(pixels));

    private void ReadPacked(Span<uint> pixels, ReadOnlySpan<uint> palette, int width)
    {
        int bits = ZrleSubencoding.PackedBits(palette.Length);
        int mask = (1 << bits) - 1;
        for (Span<uint> rest = pixels; rest.Length > 0; rest = rest[width..])
        {
            ReadOnlySpan<byte> packed = reader.Take(((width * bits) + 7) / 8);
            for (int x = 0; x < width; x++)
            {
                int bit = x * bits;
                rest[x] = Colour(palette, (packed[bit / 8] >> (8 - bits - (bit % 8))) & mask);
            }
        }
    }

    private void ReadPlainRuns(Span<uint> pixels)
    {
        Span<uint> colour = stackalloc uint[1];
        while (pixels.Length > 0)
        {
            ReadPixels(colour);
            pixels = FillRun(pixels, colour[0]);
        }
    }

    private void ReadPaletteRuns(Span<uint> pixels, ReadOnlySpan<uint> palette)
    {
        while (pixels.Length > 0)
        {
            byte index = reader.Take(1)[0];
            uint colour = Colour(palette, index & (ZrleSubencoding.RunFlag - 1));
            if (index < ZrleSubencoding.RunFlag)
            {
                pixels[0] = colour;
                pixels = pixels[1..];
            }
            else
            {
                pixels = FillRun(pixels, colour);
            }
        }
    }

    /// <summary>Reads a length and fills; returns the pixels after the run.</summary>
    private Span<uint> FillRun(Span<uint> pixels, uint colour)
    {
        int length = 1;
        byte part;
        do
        {
            part = reader.Take(1)[0];
            length += part;
            if (length > pixels.Length)
            {
                throw new ProtocolException("zrle run beyond its tile");
            }
        }
        while (part == 255);

        pixels[..length].Fill(colour);
        return pixels[length..];
    }

    private static uint Colour(ReadOnlySpan<uint> palette, int index) =>
        index < palette.Length ? palette[index] : throw new ProtocolException("zrle colour outside the palette");
}
