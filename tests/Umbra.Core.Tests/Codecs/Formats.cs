using System.Runtime.InteropServices;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Codecs;

internal static class Formats
{
    public static readonly PixelFormat Rgb565 = new(16, 16, false, true, 31, 63, 31, 11, 5, 0);

    public static readonly PixelFormat[] All =
    [
        PixelFormat.Bgrx,
        PixelFormat.Bgrx with { BigEndian = true },
        new(32, 24, false, true, 255, 255, 255, 0, 8, 16),
        new(32, 24, true, true, 255, 255, 255, 0, 8, 16),
        new(32, 24, false, true, 255, 255, 255, 24, 16, 8),
        new(32, 24, true, true, 255, 255, 255, 8, 16, 24),
        new(32, 32, false, true, 255, 255, 255, 16, 8, 0),
        new(32, 30, false, true, 1023, 1023, 1023, 20, 10, 0),
        new(32, 18, true, true, 63, 63, 63, 14, 8, 2),
        new(32, 18, false, true, 63, 63, 63, 26, 20, 14),
        new(32, 24, false, true, 255, 255, 255, 17, 9, 1),
        Rgb565,
        Rgb565 with { BigEndian = true },
        new(16, 15, false, true, 31, 31, 31, 0, 5, 10),
        new(16, 16, true, true, 1, 4095, 7, 0, 1, 13),
        new(8, 8, false, true, 7, 7, 3, 0, 3, 6),
        new(8, 6, false, true, 3, 3, 3, 4, 2, 0),
        new(8, 3, true, true, 1, 1, 1, 2, 1, 0),
        new(8, 8, false, false, 0, 0, 0, 0, 0, 0),
    ];

    /// <summary>What the area looks like after a trip through the format.</summary>
    public static void Quantise(Canvas canvas, Rect rect, PixelFormat format)
    {
        PixelFormat layout = format.TrueColour ? format : ColourMap.Format;
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            foreach (ref uint pixel in MemoryMarshal.Cast<byte, uint>(canvas.Row(rect.X, y, rect.Width)))
            {
                pixel = (Channel(pixel >> 16, layout.RedMax) << 16)
                    | (Channel(pixel >> 8, layout.GreenMax) << 8)
                    | Channel(pixel, layout.BlueMax);
            }
        }
    }

    /// <summary>The definition, apart from the converters: high bits there, scaled to 255 back.</summary>
    private static uint Channel(uint value, uint max)
    {
        value &= 255;
        uint sent = max switch
        {
            <= 255 => value * (max + 1) / 256,
            _ => (uint)Math.Round(value * max / 255.0),
        };
        return (uint)Math.Round(sent * 255.0 / max, MidpointRounding.AwayFromZero);
    }
}
