namespace Umbra.Core.Codecs;

/// <summary>
/// The first byte of a ZRLE tile (RFC 6143, 7.7.6). 2 to 16: packed palette of that size; 130 to 255: palette of n - 128 with runs.
/// </summary>
internal static class ZrleSubencoding
{
    public const byte Raw = 0;
    public const byte Solid = 1;
    public const byte MaxPacked = 16;
    public const byte PlainRuns = 128;

    /// <summary>Added to the palette's size.</summary>
    public const byte PaletteRuns = 128;

    /// <summary>Largest palette of a tile with runs.</summary>
    public const int MaxPalette = 127;

    /// <summary>In a tile with palette runs: set on an index that a length follows.</summary>
    public const byte RunFlag = 128;

    /// <summary>Bits of an index into a packed palette of 2 to 16 colours.</summary>
    public static int PackedBits(int colours) => colours switch { 2 => 1, <= 4 => 2, _ => 4 };
}
