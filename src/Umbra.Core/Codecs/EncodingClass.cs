using System.Globalization;
using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>
/// What two viewers must agree on to share bytes: the encoding, the pixel format, JPEG quality (0 to 9, or -1 for lossless) and
/// compression level (0 to 9).
/// </summary>
public readonly record struct EncodingClass(RfbEncoding Encoding, PixelFormat Format, int JpegQuality = -1, int CompressLevel = 1)
{
    /// <summary>
    /// The highest level there is for peers to choose: everybody waits while an encoder runs. 9 takes five to nine times as long for text and saves a third of a
    /// whole picture's bytes, a seventh of single tiles'. And viewers that ask for as much or more share one class.
    /// </summary>
    public const int MaxCompressLevel = 3;

    /// <summary>The same class without loss: what a quiet region is sent in at last.</summary>
    public EncodingClass Lossless => this with { JpegQuality = -1 };

    public bool IsLossless => JpegQuality < 0;

    /// <summary>Written out: the compiler's text would print <see cref="Lossless"/>, a class again, without end.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Encoding}, quality {JpegQuality}, level {CompressLevel}, {Format.BitsPerPixel} bits");
}
