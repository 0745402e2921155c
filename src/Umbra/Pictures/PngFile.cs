using SkiaSharp;
using Umbra.Core.Surfaces;

namespace Umbra.Pictures;

/// <summary>Writes pictures as PNG files.</summary>
internal static class PngFile
{
    /// <param name="bgrx">Pixels as a <see cref="Canvas"/> holds them: four bytes each, rows top-down, no gap; the fourth byte is
    /// ignored.</param>
    /// <exception cref="ArgumentException">The pixels are not as many as the size says.</exception>
    public static unsafe byte[] Encode(ReadOnlySpan<byte> bgrx, Size size)
    {
        if (!size.IsValid || bgrx.Length != (long)size.Width * size.Height * Canvas.BytesPerPixel)
        {
            throw new ArgumentException($"{bgrx.Length} bytes are not {size} pixels", nameof(bgrx));
        }

        SKImageInfo info = new(size.Width, size.Height, SKColorType.Bgra8888, SKAlphaType.Opaque);
        fixed (byte* pixels = bgrx)
        {
            using SKPixmap pixmap = new(info, (nint)pixels);
            using SKData data = pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, zLibLevel: 3))
                ?? throw new InvalidOperationException($"a picture of {size} could not be written as PNG");
            return data.ToArray();
        }
    }
}
