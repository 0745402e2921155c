using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>A picture beside the one before it, all of which was moved by some distance. Where they are compared, both must have pixels.</summary>
internal readonly ref struct MovedPicture(Canvas before, Canvas now, int right, int down)
{
    /// <summary>The move has brought all of this row.</summary>
    public bool IsBrought(int x, int y, int width) => Moved(x, y, width).SequenceEqual(now.PixelRow(x, y, width));

    /// <summary>This row shows what it did, without any move.</summary>
    public bool IsAsItWas(int x, int y, int width) => before.PixelRow(x, y, width).SequenceEqual(now.PixelRow(x, y, width));

    /// <summary>How many pixels of a row the move does not bring.</summary>
    public int CountLost(int x, int y, int width)
    {
        ReadOnlySpan<uint> moved = Moved(x, y, width);
        ReadOnlySpan<uint> current = now.PixelRow(x, y, width);
        Vector256<uint> equal = default;
        int i = 0;
        for (; i + Vector256<uint>.Count <= width; i += Vector256<uint>.Count)
        {
            equal -= Vector256.Equals(Vector256.Create(moved[i..]), Vector256.Create(current[i..]));
        }

        int lost = i - (int)Vector256.Sum(equal);
        for (; i < width; i++)
        {
            lost += moved[i] != current[i] ? 1 : 0;
        }

        return lost;
    }

    /// <summary>Adds one in each column where the move does not bring what is in this row.</summary>
    public void AddLost(int x, int y, Span<int> columns)
    {
        ReadOnlySpan<uint> moved = Moved(x, y, columns.Length);
        ReadOnlySpan<uint> current = now.PixelRow(x, y, columns.Length);
        int i = 0;
        for (; i + Vector256<int>.Count <= columns.Length; i += Vector256<int>.Count)
        {
            Vector256<uint> differs = ~Vector256.Equals(Vector256.Create(moved[i..]), Vector256.Create(current[i..]));
            (Vector256.Create<int>(columns[i..]) - differs.AsInt32()).CopyTo(columns[i..]);
        }

        for (; i < columns.Length; i++)
        {
            columns[i] += moved[i] != current[i] ? 1 : 0;
        }
    }

    private ReadOnlySpan<uint> Moved(int x, int y, int width) => before.PixelRow(x - right, y - down, width);
}
