using System.Numerics;
using System.Runtime.InteropServices;

namespace Umbra.Sessions.Sources.X11;

/// <summary>Pixels of depth 24 or 32: their fourth byte is whatever somebody has left there.</summary>
internal static class XPixels
{
    private const uint Colours = 0xFFFFFF;
    /// <summary>Bytes: who leaves something in one pixel leaves it in those beside it.</summary>
    private const int CleanedAtOnce = 4096;

    /// <summary>Copies whole pixels, with 0 in the fourth byte.</summary>
    public static void Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        ReadOnlySpan<uint> source = MemoryMarshal.Cast<byte, uint>(from);
        Span<uint> target = MemoryMarshal.Cast<byte, uint>(to)[..source.Length];
        Vector<uint> mask = new(Colours);
        int i = 0;
        for (; i <= source.Length - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            (new Vector<uint>(source[i..]) & mask).CopyTo(target[i..]);
        }

        for (; i < source.Length; i++)
        {
            target[i] = source[i] & Colours;
        }
    }

    /// <summary>Makes the fourth byte of each pixel 0. Where all are already, as is usual, nothing is written.</summary>
    public static void Clean(Span<byte> pixels)
    {
        for (; pixels.Length > 0; pixels = pixels[Math.Min(pixels.Length, CleanedAtOnce)..])
        {
            Span<byte> some = pixels[..Math.Min(pixels.Length, CleanedAtOnce)];
            if (!IsClean(MemoryMarshal.Cast<byte, uint>(some)))
            {
                Copy(some, some);
            }
        }
    }

    /// <summary>All at once first, then a look: how fast memory can be read is what this costs.</summary>
    private static bool IsClean(ReadOnlySpan<uint> pixels)
    {
        ReadOnlySpan<Vector<uint>> vectors = MemoryMarshal.Cast<uint, Vector<uint>>(pixels);
        Vector<uint> all = Vector<uint>.Zero;
        foreach (Vector<uint> vector in vectors)
        {
            all |= vector;
        }

        uint rest = 0;
        foreach (uint pixel in pixels[(vectors.Length * Vector<uint>.Count)..])
        {
            rest |= pixel;
        }

        return Vector.LessThanOrEqualAll(all, new Vector<uint>(Colours)) && rest <= Colours;
    }
}
