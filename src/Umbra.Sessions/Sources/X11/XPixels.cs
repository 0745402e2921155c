using System.Numerics;
using System.Runtime.InteropServices;

namespace Umbra.Sessions.Sources.X11;

/// <summary>Pixels of depth 24 or 32: their fourth byte is whatever somebody has left there.</summary>
internal static class XPixels
{
    private const uint Colours = 0xFFFFFF;
    private const int CleanedAtOnce = 1024;

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
        Span<uint> rest = MemoryMarshal.Cast<byte, uint>(pixels);
        for (int dirty = rest.IndexOfAnyExceptInRange(0u, Colours); dirty >= 0; dirty = rest.IndexOfAnyExceptInRange(0u, Colours))
        {
            // Who leaves something in one leaves it in those beside it.
            int length = Math.Min(rest.Length - dirty, CleanedAtOnce);
            Span<byte> some = MemoryMarshal.AsBytes(rest.Slice(dirty, length));
            Copy(some, some);
            rest = rest[(dirty + length)..];
        }
    }
}
