using System.Numerics;
using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>Channels between 8 bits and 0 to max (max of the form 2^n - 1).</summary>
internal static class PixelScale
{
    /// <summary>The high bits where max has fewer than 8, else scaled up.</summary>
    public static uint FromByte(uint value, uint max) =>
        max <= 255 ? value >> (8 - BitOperations.PopCount(max)) : ((value * max) + 127) / 255;

    /// <summary>Scaled so that max becomes 255; <see cref="FromByte"/> of the result is the value again.</summary>
    public static uint ToByte(uint value, uint max) => max == 255 ? value : ((value * 255) + (max / 2)) / max;

    /// <summary>A pixel value in the machine's byte order as BGRX.</summary>
    public static uint ToBgrx(in PixelFormat format, uint value) =>
        (ToByte((value >> format.RedShift) & format.RedMax, format.RedMax) << 16)
        | (ToByte((value >> format.GreenShift) & format.GreenMax, format.GreenMax) << 8)
        | ToByte((value >> format.BlueShift) & format.BlueMax, format.BlueMax);
}
