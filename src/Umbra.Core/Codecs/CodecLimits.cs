using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>The named limits that lengths inside rectangle bodies are checked against before memory is taken.</summary>
public static class CodecLimits
{
    /// <summary>Compressed bytes of one ZRLE rectangle; a small rectangle is held to <see cref="MaxZrleBytes"/>.</summary>
    public const int MaxCompressedBytes = 64 * 1024 * 1024;

    /// <summary>What Tight's compact length can say (22 bits).</summary>
    public const int MaxTightBytes = (1 << 22) - 1;

    /// <summary>
    /// Most bytes a sane server needs for one ZRLE rectangle: 5 per pixel (a run of one 32-bit pixel each), a palette per tile,
    /// and an eighth for what deflate adds to noise.
    /// </summary>
    public static int MaxZrleBytes(Size size)
    {
        long tiles = ((size.Width + 63L) / 64) * ((size.Height + 63L) / 64);
        long plain = ((long)size.Width * size.Height * 5) + (tiles * 512);
        return (int)Math.Min(MaxCompressedBytes, plain + (plain / 8) + 1024);
    }
}
