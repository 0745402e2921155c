using System.Runtime.InteropServices;

namespace Umbra.Core.Surfaces;

/// <summary>
/// Finds what was scrolled up or down, in pictures of sources that do not say so. A few narrow strips vote how far their rows moved, which costs little where nothing did;
/// what that holds for is then compared. A move that is found need not be exact: what it leaves wrong is damage like any other. Keeps working memory: for one surface.
/// </summary>
internal sealed class ScrollFinder
{
    /// <summary>Also the width by which it is found out how far to the sides something was scrolled.</summary>
    private const int StripWidth = 64;

    private const int Strips = 3;

    /// <summary>With less a move saves little.</summary>
    private const int MinRows = 32;

    /// <summary>Where it was looked for so often in vain, as in a film, it is looked for in one of as many pictures only.</summary>
    private const int Patience = 8;

    private readonly Dictionary<ulong, int> _rows = [];
    private readonly Dictionary<int, int> _votes = [];
    private int _vain;

    /// <param name="before">The picture that viewers have.</param>
    /// <param name="now">Of the same size.</param>
    /// <param name="area">Where something changed.</param>
    /// <returns>Null where nothing was scrolled that would be worth it.</returns>
    public CopyMove? Find(Canvas before, Canvas now, Rect area)
    {
        area = area.Intersect(now.Size.Bounds);
        if (area.Width < StripWidth || area.Height < 2 * MinRows || (_vain > Patience && _vain++ % Patience != 0))
        {
            return null;
        }

        (int distance, int votes, int x) = (0, 0, 0);
        for (int strip = 0; strip < Strips; strip++)
        {
            int at = area.X + ((area.Width - StripWidth) * (strip + 1) / (Strips + 1));
            (int its, int itsVotes) = Vote(before, now, area with { X = at, Width = StripWidth });
            if (itsVotes > votes)
            {
                (distance, votes, x) = (its, itsVotes, at);
            }
        }

        CopyMove? move = votes >= MinRows / 2 ? Measure(before, now, area, distance, x) : null;
        _vain = move is null ? _vain + 1 : 0;
        return move;
    }

    /// <summary>How far down most rows of a strip went, of those that there was only one of; 0 for none.</summary>
    private (int Distance, int Votes) Vote(Canvas before, Canvas now, Rect strip)
    {
        _rows.Clear();
        _votes.Clear();
        for (int y = strip.Y; y < strip.Bottom; y++)
        {
            ref int row = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, Hash(before.Row(strip.X, y, strip.Width)), out bool isKnown);
            row = isKnown ? -1 : y;
        }

        (int distance, int votes) = (0, 0);
        for (int y = strip.Y; y < strip.Bottom; y++)
        {
            if (_rows.TryGetValue(Hash(now.Row(strip.X, y, strip.Width)), out int from) && from >= 0 && from != y)
            {
                ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_votes, y - from, out _);
                if (++count > votes)
                {
                    (distance, votes) = (y - from, count);
                }
            }
        }

        return (distance, votes);
    }

    /// <summary>How far to both sides of a strip, and from which row to which, everything went that far.</summary>
    private static CopyMove? Measure(Canvas before, Canvas now, Rect area, int distance, int strip)
    {
        Rect rows = area.Intersect(area.Offset(0, distance));
        int first = rows.Bottom;
        int last = -1;
        int gain = 0;
        int left = strip;
        int right = strip;
        for (; left + StripWidth > area.X && IsMoved(Column(left), distance); left -= StripWidth)
        {
        }

        left = Math.Max(area.X, left + StripWidth);
        for (; right < area.Right && IsMoved(Column(right), distance); right += StripWidth)
        {
        }

        right = Math.Min(area.Right, right);
        return gain >= MinRows ? new CopyMove(left, first - distance, Rect.FromEdges(left, first, right, last + 1)) : null;

        Rect Column(int x) => Rect.FromEdges(Math.Max(area.X, x), rows.Y, Math.Min(area.Right, x + StripWidth), rows.Bottom);

        bool IsMoved(Rect column, int by)
        {
            (int moved, int lost, int firstMoved, int lastMoved) = (0, 0, rows.Bottom, -1);
            for (int y = column.Y; y < column.Bottom; y++)
            {
                ReadOnlySpan<byte> pixels = now.Row(column.X, y, column.Width);
                bool isThere = pixels.SequenceEqual(before.Row(column.X, y - by, column.Width));
                bool wasThere = pixels.SequenceEqual(before.Row(column.X, y, column.Width));
                lost += isThere ? 0 : 1;
                if (isThere && !wasThere)
                {
                    moved++;
                    firstMoved = Math.Min(firstMoved, y);
                    lastMoved = y;
                }
            }

            // Nothing but background all the way is scrolled, too, for all that one can see.
            if (lost * 4 > Math.Max(moved, column.Height / 8))
            {
                return false;
            }

            gain = Math.Max(gain, moved);
            first = Math.Min(first, firstMoved);
            last = Math.Max(last, lastMoved);
            return true;
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> row)
    {
        ulong hash = 14695981039346656037;
        foreach (ulong pixels in MemoryMarshal.Cast<byte, ulong>(row))
        {
            hash = ulong.RotateLeft((hash ^ pixels) * 1099511628211, 29);
        }

        return hash;
    }
}
