using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>A picture beside the one before it, all of which was moved by some distance. Where they are compared, both must have pixels.</summary>
internal readonly ref struct MovedPicture(Canvas before, Canvas now, int right, int down)
{
    /// <summary>This row shows what it did, without any move.</summary>
    public bool IsAsItWas(int x, int y, int width) => before.PixelRow(x, y, width).SequenceEqual(now.PixelRow(x, y, width));

    /// <summary>How many pixels of a row the move does not bring.</summary>
    public int CountLost(int x, int y, int width)
    {
        ref uint moved = ref MemoryMarshal.GetReference(Moved(x, y, width));
        ref uint current = ref MemoryMarshal.GetReference(now.PixelRow(x, y, width));
        Vector256<uint> equal = default;
        int i = 0;
        for (; i + Vector256<uint>.Count <= width; i += Vector256<uint>.Count)
        {
            equal -= Vector256.Equals(Vector256.LoadUnsafe(ref moved, (nuint)i), Vector256.LoadUnsafe(ref current, (nuint)i));
        }

        int lost = i - (int)Vector256.Sum(equal);
        for (; i < width; i++)
        {
            lost += Unsafe.Add(ref moved, i) != Unsafe.Add(ref current, i) ? 1 : 0;
        }

        return lost;
    }

    /// <summary>Adds one in each column where the move does not bring what is in this row.</summary>
    public void AddLost(int x, int y, Span<int> columns)
    {
        ref uint moved = ref MemoryMarshal.GetReference(Moved(x, y, columns.Length));
        ref uint current = ref MemoryMarshal.GetReference(now.PixelRow(x, y, columns.Length));
        ref int lost = ref MemoryMarshal.GetReference(columns);
        int i = 0;
        for (; i + Vector256<int>.Count <= columns.Length; i += Vector256<int>.Count)
        {
            Vector256<uint> equal = Vector256.Equals(Vector256.LoadUnsafe(ref moved, (nuint)i), Vector256.LoadUnsafe(ref current, (nuint)i));
            (Vector256.LoadUnsafe(ref lost, (nuint)i) - ~equal.AsInt32()).StoreUnsafe(ref lost, (nuint)i);
        }

        for (; i < columns.Length; i++)
        {
            columns[i] += Unsafe.Add(ref moved, i) != Unsafe.Add(ref current, i) ? 1 : 0;
        }
    }

    private ReadOnlySpan<uint> Moved(int x, int y, int width) => before.PixelRow(x - right, y - down, width);
}
