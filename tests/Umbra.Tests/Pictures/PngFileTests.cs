using SkiaSharp;
using Umbra.Core.Surfaces;
using Umbra.Pictures;

namespace Umbra.Tests.Pictures;

public sealed class PngFileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(33, 17)]
    [InlineData(1280, 800)]
    public void Encode_AnyPixels_ReadBackExactly(int width, int height)
    {
        byte[] pixels = new byte[width * height * 4];
        new Random(5).NextBytes(pixels);
        for (int i = 3; i < pixels.Length; i += 4)
        {
            pixels[i] = 0;
        }

        byte[] png = PngFile.Encode(pixels, new Size(width, height));

        using SKBitmap bitmap = SKBitmap.Decode(png, new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque));
        byte[] read = bitmap.Bytes;
        for (int i = 0; i < pixels.Length; i += 4)
        {
            Assert.True(pixels.AsSpan(i, 3).SequenceEqual(read.AsSpan(i, 3)), $"pixel {i / 4} differs");
            Assert.Equal(255, read[i + 3]);
        }
    }

    [Fact]
    public void Encode_WrongLength_Throws() => Assert.Throws<ArgumentException>(() => PngFile.Encode(new byte[15], new Size(2, 2)));
}
