using System.Runtime.InteropServices;
using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// Guesses how far something was dragged, in any direction: short runs of pixels, a few of the old picture, are looked for at every place of some bands of the new one.
/// Keeps working memory: for one surface.
/// </summary>
internal sealed class DragVotes
{
    /// <summary>Pixels of a run: two letters.</summary>
    private const int RunLength = 16;

    /// <summary>Background, an edge or a rule has fewer changes of colour, and says nothing: there are many like it.</summary>
    private const int MinChanges = 4;

    /// <summary>One row of so many gives runs; not each time the same one of them, as all might be between the lines of a text.</summary>
    private const int RowStep = 16;

    /// <summary>Any so many rows in a row have one that gave runs, however far they went.</summary>
    private const int BandHeight = 2 * RowStep;

    /// <summary>Pixels that are all looked at; of more, one band in two, and so on.</summary>
    private const int ManyPixels = 128 * 1024;

    private const int MaxBandStep = 8;

    /// <summary>Fewer runs agree by chance.</summary>
    private const int MinVotes = 8;

    private const int TableBits = 13;
    private const int Ambiguous = -1;
    private const ulong Base = 6364136223846793005;

    private readonly Dictionary<(int Right, int Down), (int Votes, Rect Voters)> _votes = [];

    /// <summary>By hash: the rest of it, and where the run is. Another run whose place is taken is left out.</summary>
    private readonly (uint Hash, int Place)[] _runs = new (uint Hash, int Place)[1 << TableBits];

    private MoveGuess _best;

    /// <param name="damage">Where something changed; both where it was and where it is now.</param>
    /// <param name="minEdge">Narrower or lower areas are not looked at.</param>
    /// <returns>Null where too few agree.</returns>
    public MoveGuess? Guess(Canvas before, Canvas now, ReadOnlySpan<Rect> damage, int minEdge)
    {
        long pixels = 0;
        bool isLarge = false;
        foreach (Rect rect in damage)
        {
            pixels += rect.Area;
            isLarge |= rect.Width >= minEdge && rect.Height >= minEdge;
        }

        if (!isLarge)
        {
            return null;
        }

        Array.Clear(_runs);
        _votes.Clear();
        _best = default;
        int columnStep = RunLength * (int)(1 + (pixels * 2 / (RowStep * RunLength) / _runs.Length));
        foreach (Rect rect in damage)
        {
            Collect(before, rect.Intersect(before.Size.Bounds), columnStep);
        }

        int bandStep = (int)Math.Clamp(pixels / ManyPixels, 1, MaxBandStep);
        foreach (Rect rect in damage)
        {
            if (rect.Width >= minEdge && rect.Height >= minEdge)
            {
                Vote(now, rect.Intersect(now.Size.Bounds), bandStep);
            }
        }

        return _best.Votes >= MinVotes ? _best : null;
    }

    private void Collect(Canvas before, Rect rect, int columnStep)
    {
        for (int block = rect.Y / RowStep; block * RowStep < rect.Bottom; block++)
        {
            int y = (block * RowStep) + (block * 7 % RowStep);
            if (y < rect.Y || y >= rect.Bottom)
            {
                continue;
            }

            ReadOnlySpan<uint> row = before.PixelRow(0, y, rect.Right);
            for (int x = (rect.X + columnStep - 1) / columnStep * columnStep; x + RunLength <= row.Length; x += columnStep)
            {
                ReadOnlySpan<uint> run = row.Slice(x, RunLength);
                if (HasChanges(run))
                {
                    Add(Hash(run), (y * before.Size.Width) + x);
                }
            }
        }
    }

    private void Add(ulong hash, int place)
    {
        ref (uint Hash, int Place) run = ref _runs[Index(hash)];
        if (run == default)
        {
            run = (Rest(hash), place);
        }
        else if (run.Hash == Rest(hash) && run.Place != place)
        {
            run.Place = Ambiguous;
        }
    }

    private void Vote(Canvas now, Rect rect, int bandStep)
    {
        ulong outgoing = 1;
        for (int i = 0; i < RunLength; i++)
        {
            outgoing *= Base;
        }

        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            if (y / BandHeight % bandStep != 0)
            {
                continue;
            }

            ReadOnlySpan<uint> row = now.PixelRow(rect.X, y, rect.Width);
            ulong hash = Hash(row[..RunLength]);
            Vote(now, hash, rect.X, y);
            for (int next = RunLength; next < row.Length; next++)
            {
                hash = (hash + (row[next] - (outgoing * row[next - RunLength]))) * Base;
                Vote(now, hash, rect.X + next - RunLength + 1, y);
            }
        }
    }

    private void Vote(Canvas now, ulong hash, int x, int y)
    {
        (uint Hash, int Place) run = _runs[Index(hash)];
        if (run.Hash != Rest(hash) || run == default || run.Place == Ambiguous)
        {
            return;
        }

        (int fromY, int fromX) = Math.DivRem(run.Place, now.Size.Width);
        (int right, int down) = (x - fromX, y - fromY);
        if (right == 0 && down == 0)
        {
            return;
        }

        ref (int Votes, Rect Voters) its = ref CollectionsMarshal.GetValueRefOrAddDefault(_votes, (right, down), out _);
        its = (its.Votes + 1, its.Voters.Union(new Rect(x, y, RunLength, 1)));
        if (its.Votes > _best.Votes)
        {
            _best = new MoveGuess(right, down, its.Votes, its.Voters);
        }
    }

    private static bool HasChanges(ReadOnlySpan<uint> run)
    {
        int changes = 0;
        for (int i = 1; i < run.Length; i++)
        {
            changes += run[i] != run[i - 1] ? 1 : 0;
        }

        return changes >= MinChanges;
    }

    /// <summary>A polynomial: that of the run one pixel further follows from it.</summary>
    private static ulong Hash(ReadOnlySpan<uint> run)
    {
        ulong hash = 0;
        foreach (uint pixel in run)
        {
            hash = (hash + pixel) * Base;
        }

        return hash;
    }

    // The high bits depend on all pixels.
    private static int Index(ulong hash) => (int)(hash >> (64 - TableBits));

    private static uint Rest(ulong hash) => (uint)(hash >> 16);
}
