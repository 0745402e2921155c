using System.Runtime.InteropServices;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>
/// A step number that programs can read off a picture, at its top left corner: two rows of sixteen squares of 8x8 pixels, black for 0 and
/// white for 1, most significant bit first. 24 bits of the step number, then 8 bits of checksum: CRC-8, polynomial 0x07, started with 0x5A,
/// over the three bytes. The squares lie on JPEG's blocks and the reader looks at their middles, so lossy pictures can be read too.
/// </summary>
public static class PatternMarker
{
    public const int Width = Columns * Square;
    public const int Height = 2 * Square;

    /// <summary>Step numbers are shown modulo this.</summary>
    public const uint Modulus = 1 << 24;

    private const int Columns = 16;
    private const int Square = 8;
    private const int DarkBelow = 80;
    private const int BrightAbove = 176;
    private const uint White = 0xFFFFFF;

    /// <summary>Draws the marker of a step, as far as it lies inside <paramref name="clip"/>.</summary>
    public static void Draw(Canvas canvas, Rect clip, uint step)
    {
        uint code = Encode(step);
        for (int i = 0; i < 32; i++)
        {
            bool isOne = (code >> (31 - i) & 1) != 0;
            canvas.Fill(SquareAt(i).Intersect(clip), isOne ? White : 0);
        }
    }

    /// <summary>Reads the marker of a picture of at least <see cref="Width"/> x <see cref="Height"/> pixels.</summary>
    /// <param name="bgrx">The picture's pixels from its top left corner on.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="step">The step number modulo <see cref="Modulus"/>.</param>
    /// <returns>False where there is no marker, or parts of two.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bgrx, int stride, out uint step)
    {
        step = 0;
        if (stride < Width * 4 || bgrx.Length < (stride * (Height - 1)) + (Width * 4))
        {
            return false;
        }

        uint code = 0;
        for (int i = 0; i < 32; i++)
        {
            int brightness = Brightness(bgrx, stride, SquareAt(i));
            if (brightness is >= DarkBelow and <= BrightAbove)
            {
                return false;
            }

            code = (code << 1) | (brightness > BrightAbove ? 1u : 0);
        }

        step = code >> 8;
        return code == Encode(step);
    }

    private static uint Encode(uint step)
    {
        uint number = step % Modulus;
        return (number << 8) | Checksum(number);
    }

    private static uint Checksum(uint number)
    {
        uint crc = 0x5A;
        for (int shift = 16; shift >= 0; shift -= 8)
        {
            crc ^= (number >> shift) & 0xFF;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80) != 0 ? ((crc << 1) ^ 0x07) & 0xFF : crc << 1;
            }
        }

        return crc;
    }

    private static Rect SquareAt(int index) => new(index % Columns * Square, index / Columns * Square, Square, Square);

    /// <summary>Mean of green over the inner 4x4 pixels.</summary>
    private static int Brightness(ReadOnlySpan<byte> bgrx, int stride, Rect square)
    {
        int sum = 0;
        for (int y = square.Y + 2; y < square.Bottom - 2; y++)
        {
            foreach (uint pixel in MemoryMarshal.Cast<byte, uint>(bgrx.Slice((y * stride) + ((square.X + 2) * 4), 16)))
            {
                sum += (int)(pixel >> 8 & 0xFF);
            }
        }

        return sum / 16;
    }
}
