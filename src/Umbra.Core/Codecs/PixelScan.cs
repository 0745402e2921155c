using System.Runtime.InteropServices;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Quick looks at areas of a picture.</summary>
internal static class PixelScan
{
    private const int FewColours = 16;

    private const int LookedAt = 4;

    /// <summary>The pixels of a part of a row, one BGRX number each.</summary>
    public static ReadOnlySpan<uint> PixelRow(this Canvas canvas, int x, int y, int width) =>
        MemoryMarshal.Cast<byte, uint>(canvas.Row(x, y, width));

    /// <summary>Whether the area has one colour only.</summary>
    public static bool IsSolid(Canvas canvas, Rect rect, out uint colour)
    {
        colour = canvas.PixelRow(rect.X, rect.Y, 1)[0];
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            if (canvas.PixelRow(rect.X, y, rect.Width).ContainsAnyExcept(colour))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the area seems to have so few colours that it is sent as a few bits for each pixel; one row in some is looked at.</summary>
    public static bool HasFewColours(Canvas canvas, Rect rect)
    {
        Span<uint> known = stackalloc uint[FewColours];
        int count = 0;
        for (int y = rect.Y + Math.Min(LookedAt / 2, rect.Height / 2); y < rect.Bottom; y += LookedAt)
        {
            foreach (uint pixel in canvas.PixelRow(rect.X, y, rect.Width))
            {
                int i = 0;
                while (i < count && known[i] != pixel)
                {
                    i++;
                }

                if (i == FewColours)
                {
                    return false;
                }

                known[i] = pixel;
                count = Math.Max(count, i + 1);
            }
        }

        return true;
    }

    /// <summary>Copies the area's pixels without gaps; returns them.</summary>
    public static Span<uint> Gather(Canvas canvas, Rect rect, Span<uint> target)
    {
        for (int y = 0; y < rect.Height; y++)
        {
            canvas.PixelRow(rect.X, rect.Y + y, rect.Width).CopyTo(target[(y * rect.Width)..]);
        }

        return target[..(rect.Width * rect.Height)];
    }
}
