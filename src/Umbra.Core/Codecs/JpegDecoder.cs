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
        // The library writes as many pixels as the picture has.
        RequireSize(jpeg, rect.Size);
        fixed (byte* source = jpeg)
        fixed (byte* target = canvas.Pixels[((rect.Y * canvas.Stride) + (rect.X * Canvas.BytesPerPixel))..])
        {
            int result = TurboJpeg.Decompress(
                _handle!, source, new CULong((nuint)jpeg.Length), target, rect.Width, canvas.Stride, rect.Height,
                TurboJpeg.PixelFormatBgrx, TurboJpeg.LimitScans);
            if (result != 0 && TurboJpeg.ErrorCode(_handle!) != TurboJpeg.ErrorIsWarning)
            {
                throw new ProtocolException("jpeg data are damaged");
            }
        }

        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            CopyConverter.ClearPadding(canvas.Row(rect.X, y, rect.Width));
        }
    }

    /// <summary>Looks at the head of the file alone.</summary>
    /// <exception cref="ProtocolException">Not a JPEG picture of exactly this size, or the library is absent.</exception>
    public void RequireSize(ReadOnlySpan<byte> jpeg, Size size)
    {
        if (!JpegCodec.IsAvailable || size.Bounds.IsEmpty)
        {
            throw new ProtocolException("jpeg rectangle not asked for");
        }

        _handle ??= TurboJpegHandle.ForDecompression();
        fixed (byte* source = jpeg)
        {
            CULong length = new((nuint)jpeg.Length);
            if (_handle.IsInvalid || TurboJpeg.DecompressHeader(_handle, source, length, out int width, out int height, out _, out _) != 0)
            {
                throw new ProtocolException("jpeg data are damaged");
            }

            if ((width, height) != (size.Width, size.Height))
            {
                throw new ProtocolException($"jpeg size differs from the rectangle: {width}x{height}, {size}");
            }
        }
    }

    public void Dispose() => _handle?.Dispose();
}
