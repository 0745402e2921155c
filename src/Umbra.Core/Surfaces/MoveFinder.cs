namespace Umbra.Core.Surfaces;

/// <summary>
/// Finds what was scrolled or dragged, in pictures of sources that do not say so. Some rows and runs of pixels vote how far they moved (<see cref="ScrollVotes"/>,
/// <see cref="DragVotes"/>), which costs little where nothing did; from those that agree the area grows as far as everything went along. A move that is found need not be exact:
/// what it leaves wrong is told, and is damage. Keeps working memory: for one surface.
/// </summary>
internal sealed class MoveFinder
{
    /// <summary>Pixels: with less in any direction a move saves little.</summary>
    private const int MinEdge = 64;

    /// <summary>Rows that a move must bring.</summary>
    private const int MinRows = 32;

    /// <summary>Rows or columns more that did not go along than did, as a line of text that changed, do not yet end what moved.</summary>
    private const int MaxGap = 32;

    /// <summary>A row or column of which one pixel in so many is lost went along.</summary>
    private const int Tolerance = 8;

    /// <summary>Where it was looked for so often in vain, as in a film, it is looked for in one of as many pictures only.</summary>
    private const int Patience = 8;

    private readonly ScrollVotes _scrolls = new();
    private DragVotes? _drags;
    private int[] _lost = [];
    private int _vain;

    /// <param name="before">The picture that viewers have.</param>
    /// <param name="now">Of the same size.</param>
    /// <param name="damage">Where something changed.</param>
    /// <param name="broken">Gets the parts of the move's target that it does not bring to what is there now.</param>
    /// <returns>Null where nothing was moved that would be worth it.</returns>
    public CopyMove? Find(Canvas before, Canvas now, ReadOnlySpan<Rect> damage, List<Rect> broken)
    {
        Rect largest = default;
        Rect union = default;
        long area = 0;
        foreach (Rect rect in damage)
        {
            Rect inside = rect.Intersect(now.Size.Bounds);
            largest = inside.Area > largest.Area ? inside : largest;
            union = union.Union(inside);
            area += inside.Area;
        }

        // One area, if in many pieces, or some that are apart.
        bool isOne = area >= union.Area / 2;
        Rect main = isOne ? union : largest;
        if (main.Width < MinEdge || main.Height < MinEdge || (_vain > Patience && _vain++ % Patience != 0))
        {
            return null;
        }

        CopyMove? move = _scrolls.Guess(before, now, main) is { } scroll ? Measure(before, now, union, scroll, broken) : null;
        if (move is null && (_drags ??= new DragVotes()).Guess(before, now, isOne ? [union] : damage, MinEdge) is { } drag)
        {
            move = Measure(before, now, union, drag, broken);
        }

        _vain = move is null ? _vain + 1 : 0;
        return move;
    }

    /// <summary>The largest area around the voters that moved as far as they did; null where that saves little.</summary>
    private CopyMove? Measure(Canvas before, Canvas now, Rect area, in MoveGuess guess, List<Rect> broken)
    {
        MovedPicture picture = new(before, now, guess.Right, guess.Down);
        Rect all = area.Intersect(now.Size.Bounds.Offset(guess.Right, guess.Down));
        Array.Resize(ref _lost, Math.Max(_lost.Length, Math.Max(all.Width, all.Height)));
        Rect rows = GrowRows(picture, all, guess.Voters, guess.Voters);

        // Those who agree by chance have other things between them.
        if (_lost.AsSpan(guess.Voters.Y - all.Y, guess.Voters.Height).Count(0) < guess.Voters.Height / 2)
        {
            return null;
        }

        // How wide it is shows only in all of its rows, and how high it is in all of its columns: once more where there are others.
        Rect target = GrowRows(picture, all, GrowColumns(picture, all, rows, guess.Voters), guess.Voters);
        if ((target.Y, target.Height) != (rows.Y, rows.Height))
        {
            target = GrowRows(picture, all, GrowColumns(picture, all, target, guess.Voters), guess.Voters);
        }

        target = Trim(picture, target);
        return target.Width >= MinEdge && IsWorthIt(picture, target, _lost.AsSpan(target.Y - all.Y, target.Height), broken)
            ? new CopyMove(target.X - guess.Right, target.Y - guess.Down, target)
            : null;
    }

    private Rect GrowRows(in MovedPicture picture, Rect all, Rect target, Rect voters)
    {
        Span<int> lost = _lost.AsSpan(0, all.Height);
        for (int i = 0; i < lost.Length; i++)
        {
            lost[i] = picture.CountLost(target.X, all.Y + i, target.Width);
        }

        (int top, int bottom) = Grow(lost, voters.Y - all.Y, voters.Bottom - all.Y, target.Width / Tolerance);
        return Rect.FromEdges(target.X, all.Y + top, target.Right, all.Y + bottom);
    }

    private Rect GrowColumns(in MovedPicture picture, Rect all, Rect target, Rect voters)
    {
        Span<int> lost = _lost.AsSpan(0, all.Width);
        lost.Clear();
        for (int y = target.Y; y < target.Bottom; y++)
        {
            picture.AddLost(all.X, y, lost);
        }

        (int left, int right) = Grow(lost, voters.X - all.X, voters.Right - all.X, target.Height / Tolerance);
        return Rect.FromEdges(all.X + left, target.Y, all.X + right, target.Bottom);
    }

    /// <summary>How far to both sides of a start more went along than did not.</summary>
    private static (int From, int To) Grow(ReadOnlySpan<int> lost, int from, int to, int most)
    {
        for ((int i, int ahead) = (from - 1, 0); i >= 0 && ahead >= -MaxGap; i--)
        {
            ahead += lost[i] <= most ? 1 : -1;
            (from, ahead) = ahead > 0 ? (i, 0) : (from, ahead);
        }

        for ((int i, int ahead) = (to, 0); i < lost.Length && ahead >= -MaxGap; i++)
        {
            ahead += lost[i] <= most ? 1 : -1;
            (to, ahead) = ahead > 0 ? (i + 1, 0) : (to, ahead);
        }

        return (from, to);
    }

    /// <summary>Without the rows at both ends that are as they were.</summary>
    private static Rect Trim(in MovedPicture picture, Rect target)
    {
        (int top, int bottom) = (target.Y, target.Bottom);
        for (; top < bottom && picture.IsAsItWas(target.X, top, target.Width); top++)
        {
        }

        for (; bottom > top && picture.IsAsItWas(target.X, bottom - 1, target.Width); bottom--)
        {
        }

        return Rect.FromEdges(target.X, top, target.Right, bottom);
    }

    /// <summary>Whether the move brings many rows that are not as they were, and more than it loses something of; and which those are.</summary>
    private static bool IsWorthIt(in MovedPicture picture, Rect target, ReadOnlySpan<int> lost, List<Rect> broken)
    {
        int known = broken.Count;
        (int brought, int spoilt) = (0, 0);
        for (int i = 0; i < lost.Length; i++)
        {
            Rect row = target with { Y = target.Y + i, Height = 1 };
            if (lost[i] == 0)
            {
                brought += picture.IsAsItWas(row.X, row.Y, row.Width) ? 0 : 1;
                continue;
            }

            spoilt++;
            if (broken.Count > known && broken[^1].Bottom == row.Y)
            {
                broken[^1] = broken[^1].Union(row);
            }
            else
            {
                broken.Add(row);
            }
        }

        if (brought >= MinRows && brought > spoilt)
        {
            return true;
        }

        broken.RemoveRange(known, broken.Count - known);
        return false;
    }
}
