using System.Runtime.InteropServices;

namespace Umbra.Core.Surfaces;

/// <summary>
/// Finds what was scrolled up or down, in pictures of sources that do not say so. A few narrow strips vote how far their rows moved, which costs little where nothing did;
/// what that holds for is then compared. A move that is found need not be exact: what it leaves wrong is told, and is damage. Keeps working memory: for one surface.
/// </summary>
internal sealed class ScrollFinder
{
    /// <summary>Pixels: enough letters for lines to differ.</summary>
    private const int StripWidth = 64;

    /// <summary>By so many pixels it is found out how far to the sides something was scrolled.</summary>
    private const int ColumnWidth = 64;

    private const int Strips = 3;

    /// <summary>With less a move saves little.</summary>
    private const int MinRows = 32;

    /// <summary>Where it was looked for so often in vain, as in a film, it is looked for in one of as many pictures only.</summary>
    private const int Patience = 8;

    private readonly Dictionary<ulong, int> _rows = [];
    private readonly Dictionary<int, int> _votes = [];
    private readonly List<int> _lostRows = [];
    private int[] _lost = [];
    private int _vain;

    /// <param name="before">The picture that viewers have.</param>
    /// <param name="now">Of the same size.</param>
    /// <param name="area">Where something changed.</param>
    /// <param name="broken">Gets the parts of the move's target that it does not bring to what is there now.</param>
    /// <returns>Null where nothing was scrolled that would be worth it.</returns>
    public CopyMove? Find(Canvas before, Canvas now, Rect area, List<Rect> broken)
    {
        area = area.Intersect(now.Size.Bounds);
        if (area.Width < ColumnWidth || area.Height < 2 * MinRows || (_vain > Patience && _vain++ % Patience != 0))
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

        CopyMove? move = votes >= MinRows / 2 ? Measure(before, now, area, distance, x, broken) : null;
        _vain = move is null ? _vain + 1 : 0;
        return move;
    }

    /// <summary>How far down most rows of a strip went, of those that there was only one of; 0 for none.</summary>
    private (int Distance, int Votes) Vote(Canvas before, Canvas now, Rect strip)
    {
        _rows.Clear();
        _votes.Clear();
        Rows old = new(before, strip);
        Rows current = new(now, strip);
        for (int y = strip.Y; y < strip.Bottom; y++)
        {
            ref int row = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, Hash(old[y]), out bool isKnown);
            row = isKnown ? -1 : y;
        }

        (int distance, int votes) = (0, 0);
        for (int y = strip.Y; y < strip.Bottom; y++)
        {
            if (_rows.TryGetValue(Hash(current[y]), out int from) && from >= 0 && from != y)
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

    /// <summary>How far to both sides of a place, and from which row to which, everything went that far.</summary>
    private CopyMove? Measure(Canvas before, Canvas now, Rect area, int distance, int x, List<Rect> broken)
    {
        Rect rows = area.Intersect(area.Offset(0, distance));
        Rows old = new(before, rows);
        Rows current = new(now, rows);
        int columns = (rows.Width + ColumnWidth - 1) / ColumnWidth;
        Array.Resize(ref _lost, columns);
        Array.Clear(_lost);
        _lostRows.Clear();
        for (int y = rows.Y; y < rows.Bottom; y++)
        {
            if (!current[y].SequenceEqual(old[y - distance]))
            {
                _lostRows.Add(y);
                for (int i = 0; i < columns; i++)
                {
                    _lost[i] += current.Part(y, i).SequenceEqual(old.Part(y - distance, i)) ? 0 : 1;
                }
            }
        }

        // A column at whose rows hardly anything is lost went along; one of background, too, for all that one can see.
        int most = rows.Height / 8;
        int place = (x - rows.X) / ColumnWidth;
        (int left, int right) = (place, place);
        for (; left > 0 && _lost[left - 1] <= most; left--)
        {
        }

        for (; right + 1 < columns && _lost[right + 1] <= most; right++)
        {
        }

        if (_lost[place] > most)
        {
            return null;
        }

        Rect target = Rect.FromEdges(rows.X + (left * ColumnWidth), rows.Y, Math.Min(rows.Right, rows.X + ((right + 1) * ColumnWidth)), rows.Bottom);
        target = Trim(new Rows(before, target), new Rows(now, target), target);
        if (target.Height < MinRows)
        {
            return null;
        }

        foreach (int y in _lostRows.Where(y => y >= target.Y && y < target.Bottom))
        {
            Rect row = target with { Y = y, Height = 1 };
            if (broken.Count > 0 && broken[^1].Bottom == y)
            {
                broken[^1] = broken[^1].Union(row);
            }
            else
            {
                broken.Add(row);
            }
        }

        return new CopyMove(target.X, target.Y - distance, target);
    }

    /// <summary>Without the rows at both ends that are as they were.</summary>
    private static Rect Trim(Rows old, Rows current, Rect target)
    {
        (int top, int bottom) = (target.Y, target.Bottom);
        for (; top < bottom && current[top].SequenceEqual(old[top]); top++)
        {
        }

        for (; bottom > top && current[bottom - 1].SequenceEqual(old[bottom - 1]); bottom--)
        {
        }

        return Rect.FromEdges(target.X, top, target.Right, bottom);
    }

    private static ulong Hash(ReadOnlySpan<byte> row)
    {
        ulong even = 14695981039346656037;
        ulong odd = 1099511628211;
        ReadOnlySpan<ulong> pixels = MemoryMarshal.Cast<byte, ulong>(row);
        for (int i = 0; i + 1 < pixels.Length; i += 2)
        {
            even = (even ^ pixels[i]) * 1099511628211;
            odd = (odd ^ pixels[i + 1]) * 11400714819323198485;
        }

        return even ^ ulong.RotateLeft(odd, 29);
    }

    /// <summary>An area of a picture, row by row.</summary>
    private readonly ref struct Rows(Canvas canvas, Rect area)
    {
        private readonly ReadOnlySpan<byte> _pixels = canvas.Pixels;
        private readonly int _stride = canvas.Stride;
        private readonly int _start = area.X * Canvas.BytesPerPixel;
        private readonly int _length = area.Width * Canvas.BytesPerPixel;

        public ReadOnlySpan<byte> this[int y] => _pixels.Slice((y * _stride) + _start, _length);

        /// <summary>What of a row is in a column.</summary>
        public ReadOnlySpan<byte> Part(int y, int column)
        {
            int from = column * ColumnWidth * Canvas.BytesPerPixel;
            return this[y].Slice(from, Math.Min(_length - from, ColumnWidth * Canvas.BytesPerPixel));
        }
    }
}
