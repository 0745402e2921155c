using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// Reads the bodies of Cursor (RFC 6143, 7.8.1) and Cursor With Alpha (rfbproto; Raw inside) rectangles; resumable at any byte.
/// </summary>
public sealed class CursorDecoder(BufferPool pool, Account account, PixelFormat format) : IDisposable
{
    private readonly PixelConverter _converter = PixelConverter.Create(format);
    private readonly BodyBuffer _body = new(pool, account);
    private bool _hasAlpha;
    private bool _hasEncoding;
    private Rect _rect;

    /// <param name="encoding">Cursor or CursorWithAlpha.</param>
    /// <param name="rect">As in the rectangle's header: the hot spot in the place of x and y.</param>
    /// <exception cref="ProtocolException">Larger than <see cref="CursorShape.MaxEdge"/>.</exception>
    public void Begin(RfbEncoding encoding, Rect rect)
    {
        if (rect.Width > CursorShape.MaxEdge || rect.Height > CursorShape.MaxEdge)
        {
            throw new ProtocolException($"cursor too large: {rect.Size}");
        }

        _rect = rect;
        _hasAlpha = encoding == RfbEncoding.CursorWithAlpha;
        _hasEncoding = false;
        int pixels = rect.Width * rect.Height;
        _body.Begin(_hasAlpha ? pixels * Canvas.BytesPerPixel : (pixels * _converter.BytesPerPixel) + (MaskRow * rect.Height));
    }

    private int MaskRow => (_rect.Width + 7) / 8;

    /// <summary>True when the cursor is complete; the caller owns it.</summary>
    public bool TryDecode(ref SequenceReader<byte> reader, out CursorShape? shape)
    {
        shape = null;
        if ((_hasAlpha && !_hasEncoding && !TryReadEncoding(ref reader)) || !_body.TryTake(ref reader, out ReadOnlySequence<byte> body))
        {
            return false;
        }

        shape = _rect.IsEmpty ? new CursorShape(0, 0, 0, 0, null) : Decode(body);
        _body.Release();
        return true;
    }

    public void Dispose() => _body.Dispose();

    private bool TryReadEncoding(ref SequenceReader<byte> reader)
    {
        Span<byte> wire = stackalloc byte[sizeof(int)];
        if (!reader.TryCopyTo(wire))
        {
            return false;
        }

        int encoding = BinaryPrimitives.ReadInt32BigEndian(wire);
        if (encoding != (int)RfbEncoding.Raw)
        {
            throw new ProtocolException($"cursor encoding not known: {encoding}");
        }

        reader.Advance(sizeof(int));
        _hasEncoding = true;
        return true;
    }

    private CursorShape Decode(ReadOnlySequence<byte> body)
    {
        int hotX = Math.Min(_rect.X, _rect.Width - 1);
        int hotY = Math.Min(_rect.Y, _rect.Height - 1);
        using Lease wire = pool.Rent((int)body.Length, BufferTag.Decoder, account);
        body.CopyTo(wire.Span);
        Lease pixels = pool.Rent(_rect.Width * _rect.Height * Canvas.BytesPerPixel, BufferTag.Cursor, account);
        if (_hasAlpha)
        {
            CursorEncoder.SwapRedBlue(wire.Span, pixels.Span);
        }
        else
        {
            DecodeMasked(wire.Span, pixels.Span);
        }

        return new CursorShape(_rect.Width, _rect.Height, hotX, hotY, pixels.Share());
    }

    private void DecodeMasked(ReadOnlySpan<byte> wire, Span<byte> bgra)
    {
        int size = _rect.Width * _rect.Height * _converter.BytesPerPixel;
        _converter.FromWire(wire[..size], bgra);
        ReadOnlySpan<byte> mask = wire[size..];
        for (int i = 0; i < _rect.Width * _rect.Height; i++)
        {
            (int y, int x) = Math.DivRem(i, _rect.Width);
            Span<byte> pixel = bgra.Slice(i * Canvas.BytesPerPixel, Canvas.BytesPerPixel);
            if ((mask[(y * MaskRow) + (x / 8)] & (0x80 >> (x % 8))) != 0)
            {
                pixel[3] = 255;
            }
            else
            {
                pixel.Clear();
            }
        }
    }
}
