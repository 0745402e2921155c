using System.Runtime.InteropServices;

namespace Umbra.Core.Surfaces;

/// <summary>Guesses how far up or down something was scrolled: the rows of a few narrow strips say where they were before. Keeps working memory: for one surface.</summary>
internal sealed class ScrollVotes
{
    /// <summary>Pixels: enough letters for lines to differ.</summary>
    public const int StripWidth = 64;

    private const int Strips = 3;

    /// <summary>Fewer rows agree by chance.</summary>
    private const int MinVotes = 16;

    private readonly Dictionary<ulong, int> _rows = [];
    private readonly Dictionary<int, (int Votes, int Top)> _votes = [];

    /// <returns>Null where too few agree.</returns>
    public MoveGuess? Guess(Canvas before, Canvas now, Rect area)
    {
        MoveGuess best = default;
        for (int strip = 0; strip < Strips; strip++)
        {
            int x = area.X + ((area.Width - StripWidth) * (strip + 1) / (Strips + 1));
            MoveGuess guess = Vote(before, now, area with { X = x, Width = StripWidth });
            best = guess.Votes > best.Votes ? guess : best;
        }

        return best.Votes >= MinVotes ? best : null;
    }

    /// <summary>Where most rows of a strip went, of those that there was only one of.</summary>
    private MoveGuess Vote(Canvas before, Canvas now, Rect strip)
    {
        _rows.Clear();
        _votes.Clear();
        for (int y = strip.Y; y < strip.Bottom; y++)
        {
            ref int row = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, Hash(before.Row(strip.X, y, strip.Width)), out bool isKnown);
            row = isKnown ? -1 : y;
        }

        MoveGuess best = default;
        for (int y = strip.Y; y < strip.Bottom; y++)
        {
            if (_rows.TryGetValue(Hash(now.Row(strip.X, y, strip.Width)), out int from) && from >= 0 && from != y)
            {
                ref (int Votes, int Top) its = ref CollectionsMarshal.GetValueRefOrAddDefault(_votes, y - from, out bool isKnown);
                its = isKnown ? (its.Votes + 1, its.Top) : (1, y);
                if (its.Votes > best.Votes)
                {
                    best = new MoveGuess(0, y - from, its.Votes, Rect.FromEdges(strip.X, its.Top, strip.Right, y + 1));
                }
            }
        }

        return best;
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
}
