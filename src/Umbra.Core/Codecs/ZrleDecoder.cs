using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>RFC 6143, 7.7.6. One zlib stream for the life of the connection; a rectangle is decoded once its bytes have all come.</summary>
public sealed class ZrleDecoder : IRectDecoder
{
    private readonly BodyBuffer _body;
    private readonly InflateReader _reader;
    private readonly ZrleTileReader _tiles;
    private Canvas? _canvas;
    private Rect _rect;
    private bool _hasLength;

    public ZrleDecoder(BufferPool pool, Account account, PixelFormat format)
    {
        _body = new BodyBuffer(pool, account);
        _reader = new InflateReader(pool, account);
        _tiles = new ZrleTileReader(pool, account, format, _reader);
    }

    public void Begin(Canvas canvas, Rect rect)
    {
        _canvas = canvas;
        _rect = rect;
        _hasLength = false;
    }

    public bool TryDecode(ref SequenceReader<byte> reader)
    {
        if ((!_hasLength && !TryReadLength(ref reader)) || !_body.TryTake(ref reader, out ReadOnlySequence<byte> body))
        {
            return false;
        }

        _reader.Begin(body);
        for (int y = _rect.Y; y < _rect.Bottom; y += ZrleEncoder.TileEdge)
        {
            for (int x = _rect.X; x < _rect.Right; x += ZrleEncoder.TileEdge)
            {
                _tiles.Read(_canvas!, new Rect(x, y, ZrleEncoder.TileEdge, ZrleEncoder.TileEdge).Intersect(_rect));
            }
        }

        _reader.End();
        _body.Release();
        return true;
    }

    public void Dispose()
    {
        _body.Dispose();
        _tiles.Dispose();
        _reader.Dispose();
    }

    private bool TryReadLength(ref SequenceReader<byte> reader)
    {
        if (!reader.TryReadBigEndian(out int length))
        {
            return false;
        }

        if ((uint)length > CodecLimits.MaxZrleBytes(_rect.Size))
        {
            throw new ProtocolException($"zrle data too long: {(uint)length} bytes for {_rect.Size}");
        }

        _body.Begin(length);
        _hasLength = true;
        return true;
    }
}
