using SkiaSharp;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Pixels;

/// <summary>Reads what vncsnapshot writes.</summary>
internal static class JpegPicture
{
    public static BgrxImage Read(string file)
    {
        using SKBitmap decoded = SKBitmap.Decode(file);
        using SKBitmap bitmap = decoded.Copy(SKColorType.Bgra8888);
        return new BgrxImage(bitmap.Width, bitmap.Height, bitmap.GetPixelSpan().ToArray());
    }
}
