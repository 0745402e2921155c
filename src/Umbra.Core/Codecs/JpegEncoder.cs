using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Compresses areas of a canvas in place. Owns a library handle and, from the first call on, an output block.</summary>
internal sealed unsafe class JpegEncoder(BufferPool pool, Account account) : IDisposable
{
    private TurboJpegHandle? _handle;
    private Lease _output;

    /// <summary>The area as a JPEG file, valid until the next call; empty where the library refused.</summary>
    /// <param name="level">RFB quality level, 0 to 9.</param>
    public ReadOnlySpan<byte> Encode(Canvas canvas, Rect rect, int level)
    {
        JpegLevel settings = JpegLevel.Of(level);
        _handle ??= TurboJpegHandle.ForCompression();
        if (_handle.IsInvalid)
        {
            return default;
        }

        // With NOREALLOC the library trusts that the block is this large.
        Reserve((int)TurboJpeg.BufferSize(rect.Width, rect.Height, settings.Subsampling).Value);
        Span<byte> output = _output.Span;
        CULong size = new((nuint)output.Length);
        fixed (byte* source = canvas.Pixels[((rect.Y * canvas.Stride) + (rect.X * Canvas.BytesPerPixel))..])
        fixed (byte* target = output)
        {
            byte* jpeg = target;
            int result = TurboJpeg.Compress(
                _handle, source, rect.Width, canvas.Stride, rect.Height, TurboJpeg.PixelFormatBgrx,
                &jpeg, &size, settings.Subsampling, settings.Quality, settings.Flags | TurboJpeg.NoRealloc);
            return result == 0 ? output[..(int)size.Value] : default;
        }
    }

    public void Dispose()
    {
        _handle?.Dispose();
        _output.Dispose();
        _output = default;
    }

    private void Reserve(int size)
    {
        if (size <= _output.Length)
        {
            return;
        }

        _output.Dispose();
        _output = default;
        _output = pool.Rent(size, BufferTag.Encoder, account);
    }
}
