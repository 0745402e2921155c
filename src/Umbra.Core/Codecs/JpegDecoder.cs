using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Decompresses a JPEG file straight into a canvas. Owns a library handle from the first call on.</summary>
internal sealed unsafe class JpegDecoder : IDisposable
{
    private const byte Marker = 0xFF;
    private const byte BaselineFrame = 0xC0;
    private const byte ExtendedFrame = 0xC1;
    private const byte StartOfScan = 0xDA;

    /// <summary>Precision, height, width, then the number of components.</summary>
    private const int FrameHeader = 6;

    private TurboJpegHandle? _handle;

    /// <exception cref="ProtocolException">Not a JPEG picture of exactly this size, or the library is absent.</exception>
    public void Decode(ReadOnlySpan<byte> jpeg, Canvas canvas, Rect rect)
    {
        // The library writes as many pixels as the picture has.
        RequireSize(jpeg, rect.Size);
        fixed (byte* source = jpeg)
        fixed (byte* target = canvas.Pixels[((rect.Y * canvas.Stride) + (rect.X * Canvas.BytesPerPixel))..])
        {
            RequireOneScan(jpeg);
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

    /// <summary>
    /// The library keeps all coefficients of a picture that comes in several scans, as a progressive one does: 6 bytes for each pixel, which no quota sees. In
    /// one scan it keeps some rows. No server sends the former; they are larger to make and slower to show.
    /// </summary>
    private static void RequireOneScan(ReadOnlySpan<byte> jpeg)
    {
        int components = 0;
        for (int at = 2; at + 4 <= jpeg.Length && jpeg[at] == Marker;)
        {
            byte kind = jpeg[at + 1];
            if (kind == Marker)
            {
                // Markers may be filled up with any number of these.
                at++;
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            ReadOnlySpan<byte> segment = jpeg[(at + 4)..Math.Min(jpeg.Length, Math.Max(at + 4, at + 2 + length))];
            if (kind == StartOfScan && components > 0 && segment.Length > 0 && segment[0] == components)
            {
                return;
            }

            if (kind == StartOfScan)
            {
                break;
            }

            bool isFrame = kind is BaselineFrame or ExtendedFrame;
            components = isFrame && segment.Length >= FrameHeader ? segment[FrameHeader - 1] : components;
            at += 2 + length;
        }

        throw new ProtocolException("jpeg data are damaged, or come in more than one scan");
    }

    public void Dispose() => _handle?.Dispose();
}
