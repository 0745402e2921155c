using System.Numerics;
using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>
/// Converts rows between BGRX and what a client's format puts on the wire; the format is looked at once, in <see cref="Create"/>.
/// A channel of fewer than 8 bits takes the high bits; on the way back it is scaled so that the maximum becomes 255.
/// Immutable, safe for any thread.
/// </summary>
public abstract class PixelConverter
{
    private protected PixelConverter(int bytesPerPixel) => BytesPerPixel = bytesPerPixel;

    /// <summary>Bytes of a pixel on the wire, 1 to 4.</summary>
    public int BytesPerPixel { get; }

    /// <summary>Converts all pixels of <paramref name="bgrx"/>; <paramref name="wire"/> must have room for as many.</summary>
    public abstract void ToWire(ReadOnlySpan<byte> bgrx, Span<byte> wire);

    /// <summary>Fills <paramref name="bgrx"/> from as many wire pixels; the fourth byte becomes 0.</summary>
    public abstract void FromWire(ReadOnlySpan<byte> wire, Span<byte> bgrx);

    /// <summary>A converter for a valid format. Colour-mapped formats use <see cref="ColourMap"/>.</summary>
    public static PixelConverter Create(in PixelFormat format, PixelPacking packing = PixelPacking.Plain)
    {
        PixelFormat layout = format.TrueColour ? format : ColourMap.Format;
        if (packing == PixelPacking.Tight && layout.HasTightPixel)
        {
            return new ShuffleConverter(3, 0, 1, 2);
        }

        (int size, int offset) = packing == PixelPacking.Compact ? CompactBytes(layout) : (layout.BytesPerPixel, 0);
        if (layout.BitsPerPixel == 32 && IsByte(layout.RedMax, layout.RedShift) && IsByte(layout.GreenMax, layout.GreenShift)
            && IsByte(layout.BlueMax, layout.BlueShift))
        {
            int red = BytePosition(layout, layout.RedShift) - offset;
            int green = BytePosition(layout, layout.GreenShift) - offset;
            int blue = BytePosition(layout, layout.BlueShift) - offset;
            if (red != green && green != blue && blue != red)
            {
                return size == 4 && (red, green, blue) == (2, 1, 0) ? CopyConverter.Instance : new ShuffleConverter(size, red, green, blue);
            }
        }

        return layout.BitsPerPixel == 16 && Math.Max(layout.RedMax, Math.Max(layout.GreenMax, layout.BlueMax)) <= 255
            ? new Packed16Converter(layout)
            : new TableConverter(layout, size, offset);
    }

    private static bool IsByte(ushort max, byte shift) => max == 255 && shift % 8 == 0;

    private static int BytePosition(in PixelFormat format, byte shift) => format.BigEndian ? 3 - (shift / 8) : shift / 8;

    /// <summary>Size of a CPIXEL and which byte of the full pixel is its first.</summary>
    private static (int Size, int Offset) CompactBytes(in PixelFormat format)
    {
        if (format.BitsPerPixel != 32 || format.Depth > 24)
        {
            return (format.BytesPerPixel, 0);
        }

        uint bits = ((uint)format.RedMax << format.RedShift)
            | ((uint)format.GreenMax << format.GreenShift)
            | ((uint)format.BlueMax << format.BlueShift);
        bool low = BitOperations.LeadingZeroCount(bits) >= 8;
        bool high = BitOperations.TrailingZeroCount(bits) >= 8;
        return low || high ? (3, low != format.BigEndian ? 0 : 1) : (4, 0);
    }
}
