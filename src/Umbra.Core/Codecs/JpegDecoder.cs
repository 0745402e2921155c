using System.Runtime.InteropServices;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Decompresses a JPEG file straight into a canvas. Owns a library handle from the first call on.</summary>
internal sealed unsafe class JpegDecoder : IDisposable
{
    private TurboJpegHandle? _handle;

    /// <exception cref="ProtocolException">Not a JPEG picture of exactly this size, or the library is absent.</exception>
    public void Decode(ReadOnlySpan<byte> jpeg, Canvas canvas, Rect rect)
    {
        if (!JpegCodec.IsAvailable || rect.IsEmpty)
        {
            throw new ProtocolException("jpeg rectangle not asked for");
        }

        _handle ??= TurboJpegHandle.ForDecompression();
        fixed (byte* source = jpeg)
        fixed (byte* target = canvas.Pixels[((rect.Y * canvas.Stride) + (rect.X * Canvas.BytesPerPixel))..])
        {
            CULong size = new((nuint)jpeg.Length);
            if (_handle.IsInvalid || TurboJpeg.DecompressHeader(_handle, source, size, out int width, out int height, out _, out _) != 0)
            {
                throw new ProtocolException("jpeg data are damaged");
            }

            // The library writes as many pixels as the picture has.
            if (width != rect.Width || height != rect.Height)
            {
                throw new ProtocolException($"jpeg size differs from the rectangle: {width}x{height}, {rect.Size}");
            }

            int result = TurboJpeg.Decompress(
                _handle, source, size, target, width, canvas.Stride, height, TurboJpeg.PixelFormatBgrx, TurboJpeg.LimitScans);
            if (result != 0 && TurboJpeg.ErrorCode(_handle) != TurboJpeg.ErrorIsWarning)
            {
                throw new ProtocolException("jpeg data are damaged");
            }
        }

        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            CopyConverter.ClearPadding(canvas.Row(rect.X, y, rect.Width));
        }
    }

    public void Dispose() => _handle?.Dispose();
}
