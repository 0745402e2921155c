using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Turns one tile into the shortest of ZRLE's forms (before zlib). Owns its working memory.</summary>
internal sealed class ZrleTileWriter(BufferPool pool, Account account) : IDisposable
{
    private const int TileArea = ZrleEncoder.TileEdge * ZrleEncoder.TileEdge;

    /// <summary>Subencoding and raw pixels; no other form is chosen when it is longer.</summary>
    private const int MaxTileBytes = 1 + (TileArea * Canvas.BytesPerPixel);

    private readonly ColourIndex _colours = new(pool, account);

    // The tile's pixels, then a colour number per pixel, then the output.
    private readonly Lease _memory = pool.Rent((TileArea * (Canvas.BytesPerPixel + 1)) + MaxTileBytes, BufferTag.Encoder, account);

    /// <summary>The tile's bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(Canvas canvas, Rect tile, PixelConverter converter)
    {
        Span<byte> memory = _memory.Span;
        Span<uint> pixels = PixelScan.Gather(canvas, tile, MemoryMarshal.Cast<byte, uint>(memory[..(TileArea * Canvas.BytesPerPixel)]));
        Span<byte> numbers = memory.Slice(TileArea * Canvas.BytesPerPixel, pixels.Length);
        Span<byte> output = memory[(TileArea * (Canvas.BytesPerPixel + 1))..];
        _colours.Clear();
        int length = _colours.TryIndex(pixels, numbers, ZrleSubencoding.MaxPalette)
            ? WriteIndexed(pixels, numbers, tile.Width, converter, output)
            : WriteFull(pixels, converter, output);
        return output[..length];
    }

    public void Dispose()
    {
        _colours.Dispose();
        _memory.Dispose();
    }

    private int WriteIndexed(ReadOnlySpan<uint> pixels, ReadOnlySpan<byte> numbers, int width, PixelConverter converter, Span<byte> output)
    {
        int count = _colours.Count;
        if (count == 1)
        {
            output[0] = ZrleSubencoding.Solid;
            return 1 + WritePalette(converter, output[1..]);
        }

        int palette = count * converter.BytesPerPixel;
        int raw = pixels.Length * converter.BytesPerPixel;
        int runs = palette + RunBytes(numbers);
        int packed = count > ZrleSubencoding.MaxPacked ? int.MaxValue
            : palette + (((width * ZrleSubencoding.PackedBits(count)) + 7) / 8 * (numbers.Length / width));
        if (raw <= runs && raw <= packed)
        {
            return WriteFull(pixels, converter, output);
        }

        output[0] = (byte)(packed <= runs ? count : ZrleSubencoding.PaletteRuns + count);
        int length = 1 + WritePalette(converter, output[1..]);
        return length + (packed <= runs
            ? WritePacked(numbers, width, ZrleSubencoding.PackedBits(count), output[length..])
            : WriteRuns(numbers, output[length..]));
    }

    private int WritePalette(PixelConverter converter, Span<byte> output)
    {
        converter.ToWire(_colours.ColourBytes, output);
        return _colours.Count * converter.BytesPerPixel;
    }

    private static int WritePacked(ReadOnlySpan<byte> numbers, int width, int bits, Span<byte> output)
    {
        int length = 0;
        for (; numbers.Length > 0; numbers = numbers[width..])
        {
            ReadOnlySpan<byte> row = numbers[..width];
            int perByte = 8 / bits;
            for (int x = 0; x < width; x += perByte)
            {
                int packed = 0;
                for (int i = x; i < x + perByte; i++)
                {
                    packed = (packed << bits) | (i < width ? row[i] : 0);
                }

                output[length++] = (byte)packed;
            }
        }

        return length;
    }

    /// <summary>Bytes that <see cref="WriteRuns"/> will write.</summary>
    private static int RunBytes(ReadOnlySpan<byte> numbers)
    {
        int bytes = 0;
        while (numbers.Length > 0)
        {
            int run = RunLength(numbers);
            bytes += run == 1 ? 1 : 1 + LengthBytes(run);
            numbers = numbers[run..];
        }

        return bytes;
    }

    private static int WriteRuns(ReadOnlySpan<byte> numbers, Span<byte> output)
    {
        int length = 0;
        while (numbers.Length > 0)
        {
            int run = RunLength(numbers);
            output[length++] = run == 1 ? numbers[0] : (byte)(numbers[0] | ZrleSubencoding.RunFlag);
            length += run == 1 ? 0 : WriteLength(run, output[length..]);
            numbers = numbers[run..];
        }

        return length;
    }

    /// <summary>Full colour: runs where they are shorter, else raw.</summary>
    private static int WriteFull(ReadOnlySpan<uint> pixels, PixelConverter converter, Span<byte> output)
    {
        int raw = pixels.Length * converter.BytesPerPixel;
        if (PlainRunBytes(pixels, converter.BytesPerPixel, raw) >= raw)
        {
            output[0] = ZrleSubencoding.Raw;
            converter.ToWire(MemoryMarshal.AsBytes(pixels), output[1..]);
            return 1 + raw;
        }

        output[0] = ZrleSubencoding.PlainRuns;
        int length = 1;
        while (pixels.Length > 0)
        {
            int run = RunLength(pixels);
            converter.ToWire(MemoryMarshal.AsBytes(pixels[..1]), output[length..]);
            length += converter.BytesPerPixel;
            length += WriteLength(run, output[length..]);
            pixels = pixels[run..];
        }

        return length;
    }

    private static int PlainRunBytes(ReadOnlySpan<uint> pixels, int bytesPerPixel, int enough)
    {
        int bytes = 0;
        while (pixels.Length > 0 && bytes < enough)
        {
            int run = RunLength(pixels);
            bytes += bytesPerPixel + LengthBytes(run);
            pixels = pixels[run..];
        }

        return bytes;
    }

    private static int RunLength<T>(ReadOnlySpan<T> items)
        where T : IEquatable<T>
    {
        if (items.Length == 1 || !items[1].Equals(items[0]))
        {
            return 1;
        }

        int end = items.IndexOfAnyExcept(items[0]);
        return end < 0 ? items.Length : end;
    }

    /// <summary>A run's length less one, as bytes of 255 and a last one below.</summary>
    private static int LengthBytes(int run) => ((run - 1) / 255) + 1;

    private static int WriteLength(int run, Span<byte> output)
    {
        int full = (run - 1) / 255;
        output[..full].Fill(255);
        output[full] = (byte)((run - 1) % 255);
        return full + 1;
    }
}
