using System.Runtime.InteropServices;

namespace Umbra.Testing;

/// <summary>A picture in plain memory of a test: BGRX, rows top-down, no gaps; the fourth byte means nothing.</summary>
public sealed record BgrxImage(int Width, int Height, byte[] Pixels)
{
    public int Stride => Width * 4;

    /// <summary>How this differs from another picture, or null where every pixel's colour is the same.</summary>
    public string? DifferenceFrom(BgrxImage other)
    {
        if ((Width, Height) != (other.Width, other.Height))
        {
            return $"size {Width}x{Height} instead of {other.Width}x{other.Height}";
        }

        ReadOnlySpan<uint> mine = MemoryMarshal.Cast<byte, uint>(Pixels);
        ReadOnlySpan<uint> others = MemoryMarshal.Cast<byte, uint>(other.Pixels);
        int count = 0;
        int first = -1;
        for (int i = 0; i < mine.Length; i++)
        {
            if (((mine[i] ^ others[i]) & 0xFFFFFF) != 0)
            {
                first = count++ == 0 ? i : first;
            }
        }

        return count == 0 ? null
            : $"{count} of {mine.Length} pixels differ, the first at {first % Width},{first / Width}: "
                + $"{mine[first] & 0xFFFFFF:X6} instead of {others[first] & 0xFFFFFF:X6}";
    }

    /// <summary>The picture as a client of fewer bits (16: 565, 8: 332) sees it: the low bits of each channel are 0.</summary>
    public BgrxImage Quantised(int bits)
    {
        uint kept = bits switch
        {
            32 => 0xFFFFFF,
            16 => 0xF8FCF8,
            8 => 0xE0E0C0,
            _ => throw new ArgumentOutOfRangeException(nameof(bits)),
        };
        byte[] pixels = [.. Pixels];
        foreach (ref uint pixel in MemoryMarshal.Cast<byte, uint>(pixels.AsSpan()))
        {
            pixel &= kept;
        }

        return this with { Pixels = pixels };
    }

    /// <summary>Largest difference of one colour channel; 255 where the sizes differ.</summary>
    public int LargestDifference(BgrxImage other)
    {
        if ((Width, Height) != (other.Width, other.Height))
        {
            return 255;
        }

        int largest = 0;
        for (int i = 0; i < Pixels.Length; i++)
        {
            if ((i & 3) != 3)
            {
                largest = Math.Max(largest, Math.Abs(Pixels[i] - other.Pixels[i]));
            }
        }

        return largest;
    }
}
