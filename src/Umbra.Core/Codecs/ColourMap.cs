using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>
/// The fixed palette for clients without true colour: 256 entries laid out as BGR233 (3 bits red from bit 0, 3 bits green from bit 3,
/// 2 bits blue from bit 6), so that a pixel is converted without a search. Send it in SetColourMapEntries before the first pixel.
/// </summary>
public static class ColourMap
{
    public const int Count = 256;

    /// <summary>The true-colour format with the same pixel values.</summary>
    public static PixelFormat Format { get; } = new(8, 8, false, true, 7, 7, 3, 0, 3, 6);

    /// <summary>Colour of an entry, each channel 0 to 65535 as the message wants it.</summary>
    public static (ushort Red, ushort Green, ushort Blue) Entry(int index) => (
        (ushort)((index & 7) * 65535 / 7),
        (ushort)(((index >> 3) & 7) * 65535 / 7),
        (ushort)(((index >> 6) & 3) * 65535 / 3));
}
