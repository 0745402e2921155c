namespace Umbra.Core.Codecs;

/// <summary>
/// What an RFB quality level means: the library's quality (1 to 100) and chroma subsampling. The steps are those viewers are used to.
/// </summary>
internal readonly record struct JpegLevel(int Quality, int Subsampling, int Flags)
{
    private const int Full = 0;
    private const int HalfWidth = 1;
    private const int Half = 2;
    private static readonly int[] Qualities = [15, 29, 41, 42, 62, 77, 79, 86, 92, 100];

    public static JpegLevel Of(int level)
    {
        level = Math.Clamp(level, 0, JpegCodec.MaxLevel);
        int subsampling = level switch { < 6 => Half, < 8 => HalfWidth, _ => Full };

        // The fast transform is as good up to about quality 90.
        return new JpegLevel(Qualities[level], subsampling, level < 8 ? TurboJpeg.FastDct : 0);
    }
}
