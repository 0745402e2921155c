using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// Tight (rfbproto): looks at the area in cells of 64x64, joins cells of one kind to rectangles and sends each the cheapest way: one colour
/// as a fill, few colours as indices through zlib, photographic parts as JPEG where the class allows loss and the library is there
/// (<see cref="JpegCodec.IsAvailable"/>), else full colour through zlib. No rectangle is wider than 2048.
/// </summary>
public sealed class TightEncoder(BufferPool pool, Account account) : IRectEncoder
{
    /// <summary>Pixels of a rectangle that goes through zlib: what servers of the field keep to.</summary>
    private const int MaxZlibArea = 65536;

    /// <summary>Pixels of a JPEG rectangle; even noise at full quality then fits the longest length (22 bits).</summary>
    private const int MaxJpegArea = 512 * 1024;

    /// <summary>
    /// The same for 16-bit formats: libvncclient decodes those through a buffer of 300 KiB and does not look how much it writes.
    /// </summary>
    private const int MaxSmallJpegArea = 65536;

    /// <summary>Below this the tables in a JPEG file cost more than the pixels.</summary>
    private const int MinJpegArea = 1024;

    public const int MaxWidth = 2048;

    /// <summary>A cell with more colours than this is a photograph where loss is allowed. Text with smoothed edges has fewer.</summary>
    private const int MaxColoursBesideJpeg = 128;

    /// <summary>One row in so many is looked at first, those in the middle of their group: neighbours have much the same colours, so that these tell a photograph soonest.</summary>
    private const int SampledRows = 8;

    private readonly TightRectWriter _rects = new(pool, account);
    private readonly ColourIndex _colours = new(pool, account);
    private readonly Lease _numbers = pool.Rent(MaxZlibArea, BufferTag.Encoder, account);
    private Canvas? _canvas;

    public EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> rects, in EncodingClass encodingClass, PayloadWriter output)
    {
        _canvas = canvas;
        _rects.Begin(canvas, encodingClass, output);
        foreach (Rect rect in rects)
        {
            if (rect is { Width: <= TightCells.Edge, Height: <= TightCells.Edge })
            {
                EncodeCell(rect);
            }
            else
            {
                EncodeCells(rect);
            }
        }

        _rects.End();
        return new EncodeResult(_rects.Count, _rects.IsLossy);
    }

    public void Dispose()
    {
        _rects.Dispose();
        _colours.Dispose();
        _numbers.Dispose();
    }

    private Canvas Picture => _canvas!;

    private int ColourLimit => _rects.CanUseJpeg ? MaxColoursBesideJpeg : ColourIndex.MaxColours;

    private void EncodeCell(Rect cell)
    {
        if (PixelScan.IsSolid(Picture, cell, out uint colour))
        {
            _rects.WriteFill(cell, colour);
        }
        else if (IsColourful(cell, ColourLimit) || !TryEncodeIndexed(cell, ColourLimit))
        {
            EncodePhoto(cell);
        }
    }

    private void EncodeCells(Rect rect)
    {
        using TightCells cells = new(pool, account, rect);
        Survey(cells);
        cells.JoinPhotos();
        cells.JoinWords();
        while (cells.TakeNext(out Rect area, out uint kind))
        {
            switch (kind)
            {
                case TightCells.Photo:
                    EncodePhoto(area);
                    break;
                case TightCells.Few:
                    EncodeFew(area);
                    break;
                default:
                    _rects.WriteFill(area, kind);
                    break;
            }
        }
    }

    private void Survey(TightCells cells)
    {
        Span<byte> numbers = _numbers.Span;
        int limit = ColourLimit;
        for (int i = 0; i < cells.Count; i++)
        {
            Rect cell = cells.Area(i);
            cells[i] = PixelScan.IsSolid(Picture, cell, out uint colour) ? colour
                : !IsColourful(cell, limit) && TryIndex(cell, numbers, limit) ? TightCells.Few : TightCells.Photo;
        }
    }

    /// <summary>Whether some rows alone have more colours; false proves nothing.</summary>
    private bool IsColourful(Rect cell, int limit)
    {
        _colours.Clear();
        for (int y = cell.Y + (SampledRows / 2); y < cell.Bottom; y += SampledRows)
        {
            if (_colours.HasMore(Picture.PixelRow(cell.X, y, cell.Width), limit))
            {
                return true;
            }
        }

        return false;
    }

    private void EncodePhoto(Rect rect)
    {
        if (!_rects.CanUseJpeg || rect.Area < MinJpegArea)
        {
            EncodeFullColour(rect);
            return;
        }

        foreach (Rect part in RectSplit.Parts(rect, MaxWidth, _rects.HasSmallPixels ? MaxSmallJpegArea : MaxJpegArea))
        {
            if (!_rects.TryWriteJpeg(part))
            {
                EncodeFullColour(part);
            }
        }
    }

    private void EncodeFullColour(Rect rect)
    {
        foreach (Rect part in RectSplit.Parts(rect, MaxWidth, MaxZlibArea))
        {
            _rects.WriteFullColour(part);
        }
    }

    private void EncodeFew(Rect rect)
    {
        foreach (Rect part in RectSplit.Parts(rect, MaxWidth, MaxZlibArea))
        {
            EncodeFewOrHalves(part);
        }
    }

    /// <summary>Cells that have few colours each may have too many together.</summary>
    private void EncodeFewOrHalves(Rect rect)
    {
        if (TryEncodeIndexed(rect, ColourIndex.MaxColours))
        {
            return;
        }

        if (rect is { Width: <= TightCells.Edge, Height: <= TightCells.Edge })
        {
            _rects.WriteFullColour(rect);
            return;
        }

        (Rect first, Rect second) = RectSplit.Halves(rect, TightCells.Edge);
        EncodeFewOrHalves(first);
        EncodeFewOrHalves(second);
    }

    private bool TryEncodeIndexed(Rect rect, int limit)
    {
        Span<byte> numbers = _numbers.Span[..(rect.Width * rect.Height)];
        if (!TryIndex(rect, numbers, limit))
        {
            return false;
        }

        if (_colours.Count == 1)
        {
            _rects.WriteFill(rect, _colours.Colours[0]);
        }
        else if (_colours.Count * 4 > numbers.Length)
        {
            // The palette would be as long as the pixels.
            _rects.WriteFullColour(rect);
        }
        else
        {
            _rects.WriteIndexed(rect, numbers, _colours);
        }

        return true;
    }

    private bool TryIndex(Rect rect, Span<byte> numbers, int limit)
    {
        _colours.Clear();
        for (int y = 0; y < rect.Height; y++)
        {
            if (!_colours.TryIndex(Picture.PixelRow(rect.X, rect.Y + y, rect.Width), numbers[(y * rect.Width)..], limit))
            {
                return false;
            }
        }

        return true;
    }
}
