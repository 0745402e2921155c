using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// An area cut into cells, each with its kind: a colour (0x00RRGGBB) where it has only one, else <see cref="Few"/> or <see cref="Photo"/>.
/// Gives them back joined to rectangles of one kind. Owns a block of 4 bytes per cell.
/// </summary>
internal sealed class TightCells : IDisposable
{
    public const int Edge = 64;
    public const uint Few = 0x0100_0000;
    public const uint Photo = 0x0200_0000;
    private const int MaxGap = 2;
    private const uint Taken = 0xFF00_0000;
    private readonly Rect _rect;
    private readonly int _columns;
    private readonly int _rows;
    private readonly Lease _kinds;
    private int _next;

    public TightCells(BufferPool pool, Account account, Rect rect)
    {
        _rect = rect;
        _columns = (rect.Width + Edge - 1) / Edge;
        _rows = (rect.Height + Edge - 1) / Edge;
        _kinds = pool.Rent(Count * sizeof(uint), BufferTag.Encoder, account);
    }

    public int Count => _columns * _rows;

    private Span<uint> Kinds => MemoryMarshal.Cast<byte, uint>(_kinds.Span);

    public uint this[int index]
    {
        set => Kinds[index] = value;
    }

    public Rect Area(int index) => Area(new Rect(index % _columns, index / _columns, 1, 1));

    /// <summary>
    /// Where nearly all cells around the photographic ones are photographic too, as in a film, all of them become so: a few large
    /// rectangles instead of many small ones.
    /// </summary>
    public void JoinPhotos()
    {
        Span<uint> kinds = Kinds;
        Rect bounds = default;
        for (int i = 0; i < kinds.Length; i++)
        {
            bounds = kinds[i] == Photo ? bounds.Union(new Rect(i % _columns, i / _columns, 1, 1)) : bounds;
        }

        if (kinds.Count(Photo) * 8L < bounds.Area * 7)
        {
            return;
        }

        for (int y = bounds.Y; y < bounds.Bottom; y++)
        {
            kinds.Slice((y * _columns) + bounds.X, bounds.Width).Fill(Photo);
        }
    }

    /// <summary>Small gaps between words of a line become part of it: one rectangle more costs more than a few empty pixels.</summary>
    public void JoinWords()
    {
        for (int y = 0; y < _rows; y++)
        {
            Span<uint> row = Kinds.Slice(y * _columns, _columns);
            int last = -1;
            for (int x = 0; x < row.Length; x++)
            {
                if (row[x] == Few)
                {
                    Span<uint> gap = row[(last + 1)..x];
                    if (last >= 0 && gap.Length <= MaxGap && !gap.Contains(Photo))
                    {
                        gap.Fill(Few);
                    }

                    last = x;
                }
            }
        }
    }

    /// <summary>The next rectangle of cells of one kind: as wide as it goes, then as high. False when all are taken.</summary>
    public bool TakeNext(out Rect area, out uint kind)
    {
        Span<uint> kinds = Kinds;
        int skip = kinds[_next..].IndexOfAnyExcept(Taken);
        if (skip < 0)
        {
            (area, kind) = (default, default);
            return false;
        }

        _next += skip;
        kind = kinds[_next];
        (int x, int y) = (_next % _columns, _next / _columns);
        int width = kinds.Slice(_next, _columns - x).IndexOfAnyExcept(kind);
        width = width < 0 ? _columns - x : width;
        int height = 0;
        while (y + height < _rows && !kinds.Slice(((y + height) * _columns) + x, width).ContainsAnyExcept(kind))
        {
            kinds.Slice(((y + height) * _columns) + x, width).Fill(Taken);
            height++;
        }

        area = Area(new Rect(x, y, width, height));
        return true;
    }

    public void Dispose() => _kinds.Dispose();

    private Rect Area(Rect cells) =>
        new Rect(_rect.X + (cells.X * Edge), _rect.Y + (cells.Y * Edge), cells.Width * Edge, cells.Height * Edge).Intersect(_rect);
}
