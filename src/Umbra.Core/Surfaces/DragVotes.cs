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
    private const int RowStep = 8;

    /// <summary>Any so many rows in a row have one that gave runs, however far they went.</summary>
    private const int BandHeight = 2 * RowStep;

    private const int Bands = 3;

    /// <summary>Fewer runs agree by chance.</summary>
    private const int MinVotes = 8;

    /// <summary>Distances that are counted, as an unlike text has many: bounds what is kept.</summary>
    private const int MaxDistances = 900;

    private const int TableBits = 13;
    private const int Ambiguous = -1;
    private const ulong Base = 6364136223846793005;

    private readonly Dictionary<(int Right, int Down), (int Votes, Rect Voters)> _votes = [];

    /// <summary>Of the runs of the old picture, by the one part of their hash, the other. One whose place is taken is left out.</summary>
    private readonly uint[] _runs = new uint[1 << TableBits];

    /// <summary>Where they were.</summary>
    private readonly int[] _places = new int[1 << TableBits];

    private MoveGuess _best;

    /// <param name="damage">Where something changed; both where it was and where it is now.</param>
    /// <param name="minEdge">Narrower or lower areas are not looked at.</param>
    /// <returns>Null where too few agree.</returns>
    public MoveGuess? Guess(Canvas before, Canvas now, ReadOnlySpan<Rect> damage, int minEdge)
    {
        Array.Clear(_runs);
        Array.Fill(_places, Ambiguous);
        _votes.Clear();
        _best = default;
        long pixels = 0;
        foreach (Rect rect in damage)
        {
            pixels += rect.Intersect(now.Size.Bounds).Area;
        }

        // At most half of the places are taken.
        int columnStep = RunLength * (int)(1 + (pixels * 2 / (RowStep * RunLength) / _runs.Length));
        foreach (Rect rect in damage)
        {
            Collect(before, rect.Intersect(before.Size.Bounds), columnStep);
        }

        foreach (Rect rect in damage)
        {
            Rect inside = rect.Intersect(now.Size.Bounds);
            if (inside.Width >= minEdge && inside.Height >= minEdge)
            {
                for (int band = 0; band < Bands; band++)
                {
                    Vote(now, inside with { Y = inside.Y + ((inside.Height - BandHeight) * (band + 1) / (Bands + 1)), Height = BandHeight });
                }
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
        int index = Index(hash);
        if (_runs[index] == 0)
        {
            (_runs[index], _places[index]) = (Rest(hash), place);
        }
        else if (_runs[index] == Rest(hash) && _places[index] != place)
        {
            _places[index] = Ambiguous;
        }
    }

    private void Vote(Canvas now, Rect band)
    {
        ulong outgoing = 1;
        for (int i = 0; i < RunLength; i++)
        {
            outgoing *= Base;
        }

        for (int y = band.Y; y < band.Bottom; y++)
        {
            ReadOnlySpan<uint> row = now.PixelRow(band.X, y, band.Width);
            ulong hash = Hash(row[..(RunLength - 1)]);
            ulong gone = 0;
            for (int x = 0; x + RunLength <= row.Length; x++)
            {
                hash = (hash + (row[x + RunLength - 1] - gone)) * Base;
                gone = row[x] * outgoing;
                if (_runs[Index(hash)] == Rest(hash) && _places[Index(hash)] != Ambiguous)
                {
                    Vote(_places[Index(hash)], band.X + x, y, now.Size.Width);
                }
            }
        }
    }

    private void Vote(int place, int x, int y, int stride)
    {
        (int fromY, int fromX) = Math.DivRem(place, stride);
        (int right, int down) = (x - fromX, y - fromY);
        bool isStill = right == 0 && down == 0;
        if (isStill || (_votes.Count >= MaxDistances && !_votes.ContainsKey((right, down))))
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
