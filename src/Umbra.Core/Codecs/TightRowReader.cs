using System.Buffers;
using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Undoes Tight's filters row by row. Owns its working memory.</summary>
internal sealed class TightRowReader(BufferPool pool, Account account, PixelFormat format, PixelConverter converter) : IDisposable
{
    private readonly TightGradient _gradient = new(pool, account, format);
    private Lease _row;

    /// <summary>Bytes of a row of filtered data.</summary>
    public int RowSize(int width, TightKind kind, int colours) => kind switch
    {
        TightKind.Palette => colours <= 2 ? (width + 7) / 8 : width,
        _ => width * converter.BytesPerPixel,
    };

    /// <param name="stream">Null where the data are plain.</param>
    public void Decode(Canvas canvas, Rect rect, TightKind kind, ReadOnlySpan<uint> palette, ReadOnlySequence<byte> body, Inflater? stream)
    {
        Span<byte> row = Row(RowSize(rect.Width, kind, palette.Length));
        stream?.Begin(body);
        if (kind == TightKind.Gradient)
        {
            _gradient.Begin(rect.Width);
        }

        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            if (stream is not null)
            {
                stream.ReadExactly(row);
            }
            else
            {
                body.Slice(0, row.Length).CopyTo(row);
                body = body.Slice(row.Length);
            }

            DecodeRow(row, kind, palette, canvas.Row(rect.X, y, rect.Width));
        }

        stream?.End();
    }

    /// <summary>The body in one piece; the caller owns it.</summary>
    public Lease Copy(ReadOnlySequence<byte> body)
    {
        Lease copy = pool.Rent((int)body.Length, BufferTag.Decoder, account);
        body.CopyTo(copy.Span);
        return copy;
    }

    public void Dispose()
    {
        _gradient.Dispose();
        _row.Dispose();
        _row = default;
    }

    private void DecodeRow(ReadOnlySpan<byte> row, TightKind kind, ReadOnlySpan<uint> palette, Span<byte> bgrx)
    {
        switch (kind)
        {
            case TightKind.Palette when palette.Length <= 2:
                DecodeMono(row, palette, MemoryMarshal.Cast<byte, uint>(bgrx));
                break;
            case TightKind.Palette:
                DecodeIndexed(row, palette, MemoryMarshal.Cast<byte, uint>(bgrx));
                break;
            case TightKind.Gradient:
                _gradient.DecodeRow(row, MemoryMarshal.Cast<byte, uint>(bgrx));
                break;
            default:
                converter.FromWire(row, bgrx);
                break;
        }
    }

    private static void DecodeMono(ReadOnlySpan<byte> row, ReadOnlySpan<uint> palette, Span<uint> pixels)
    {
        for (int x = 0; x < pixels.Length; x++)
        {
            pixels[x] = Colour(palette, (row[x / 8] >> (7 - (x % 8))) & 1);
        }
    }

    private static void DecodeIndexed(ReadOnlySpan<byte> row, ReadOnlySpan<uint> palette, Span<uint> pixels)
    {
        for (int x = 0; x < pixels.Length; x++)
        {
            pixels[x] = Colour(palette, row[x]);
        }
    }

    private static uint Colour(ReadOnlySpan<uint> palette, int index) =>
        index < palette.Length ? palette[index] : throw new ProtocolException("tight colour outside the palette");

    private Span<byte> Row(int size)
    {
        if (size > _row.Length)
        {
            _row.Dispose();
            _row = default;
            _row = pool.Rent(size, BufferTag.Decoder, account);
        }

        return _row.Span[..size];
    }
}
