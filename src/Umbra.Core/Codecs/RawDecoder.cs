using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>RFC 6143, 7.7.1. Takes whole pixels as they come.</summary>
public sealed class RawDecoder(BufferPool pool, Account account, PixelFormat format) : IRectDecoder
{
    private const int PartPixels = 1024;
    private readonly PixelConverter _converter = PixelConverter.Create(format);

    // For pixels that lie across the segments of the input.
    private readonly Lease _part = pool.Rent(PartPixels * Canvas.BytesPerPixel, BufferTag.Decoder, account);
    private Canvas? _canvas;
    private Rect _rect;
    private int _x;
    private int _y;

    public void Begin(Canvas canvas, Rect rect)
    {
        _canvas = canvas;
        _rect = rect;
        (_x, _y) = (0, 0);
    }

    public bool TryDecode(ref SequenceReader<byte> reader)
    {
        while (_rect.Width > 0 && _y < _rect.Height)
        {
            int count = (int)Math.Min(_rect.Width - _x, reader.Remaining / _converter.BytesPerPixel);
            if (count == 0)
            {
                return false;
            }

            _x += TakePixels(ref reader, count);
            if (_x == _rect.Width)
            {
                (_x, _y) = (0, _y + 1);
            }
        }

        return true;
    }

    public void Dispose() => _part.Dispose();

    /// <summary>Takes up to <paramref name="count"/> pixels of the current row, all of which have arrived; returns how many.</summary>
    private int TakePixels(ref SequenceReader<byte> reader, int count)
    {
        ReadOnlySpan<byte> wire = reader.UnreadSpan;
        int size = count * _converter.BytesPerPixel;
        if (wire.Length < size)
        {
            count = Math.Min(count, PartPixels);
            size = count * _converter.BytesPerPixel;
            reader.TryCopyTo(_part.Span[..size]);
            wire = _part.Span;
        }

        _converter.FromWire(wire[..size], _canvas!.Row(_rect.X + _x, _rect.Y + _y, count));
        reader.Advance(size);
        return count;
    }
}
