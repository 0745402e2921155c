using System.Buffers.Binary;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// RFC 6143, 7.7.6: U32 length and tiles of 64x64 through zlib. One rectangle per area. The body is a deflate segment that stands alone
/// and has no zlib header: the first ZRLE rectangle of a connection goes out through <see cref="ZrleStart"/>, all others as they are.
/// </summary>
public sealed class ZrleEncoder(BufferPool pool, Account account) : IRectEncoder
{
    internal const int TileEdge = 64;
    private readonly PixelConverterCache _converters = new(PixelPacking.Compact);
    private readonly ZrleTileWriter _tiles = new(pool, account);
    private readonly Deflater _deflater = new();

    public EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> rects, in EncodingClass encodingClass, PayloadWriter output)
    {
        PixelConverter converter = _converters.Get(encodingClass.Format);
        foreach (Rect rect in rects)
        {
            Encode(canvas, rect, converter, encodingClass.CompressLevel, output);
        }

        return new EncodeResult(rects.Length, false);
    }

    public void Dispose()
    {
        _tiles.Dispose();
        _deflater.Dispose();
    }

    private void Encode(Canvas canvas, Rect rect, PixelConverter converter, int level, PayloadWriter output)
    {
        new RectHeader(rect, RfbEncoding.Zrle).Write(output);
        int lengthAt = output.Length;
        output.GetSpan(sizeof(uint));
        output.Advance(sizeof(uint));
        _deflater.Begin(level, hasHeader: false, output);
        for (int y = rect.Y; y < rect.Bottom; y += TileEdge)
        {
            for (int x = rect.X; x < rect.Right; x += TileEdge)
            {
                Rect tile = Rect.FromEdges(x, y, Math.Min(x + TileEdge, rect.Right), Math.Min(y + TileEdge, rect.Bottom));
                _deflater.Write(_tiles.Write(canvas, tile, converter));
            }
        }

        _deflater.Flush();
        _deflater.End();
        BinaryPrimitives.WriteUInt32BigEndian(output.Written[lengthAt..], (uint)(output.Length - lengthAt - sizeof(uint)));
    }
}
