using System.Buffers;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>RFC 6143, 7.7.2. Moves the pixels and tells the move.</summary>
public sealed class CopyRectDecoder : IRectDecoder
{
    private Canvas? _canvas;
    private Rect _rect;

    /// <summary>What the last complete rectangle moved.</summary>
    public CopyMove Move { get; private set; }

    public void Begin(Canvas canvas, Rect rect)
    {
        _canvas = canvas;
        _rect = rect;
    }

    public bool TryDecode(ref SequenceReader<byte> reader)
    {
        if (reader.Remaining < CopyRectEncoder.BodySize)
        {
            return false;
        }

        reader.TryReadBigEndian(out short x);
        reader.TryReadBigEndian(out short y);
        CopyMove move = new((ushort)x, (ushort)y, _rect);
        if (!_canvas!.Size.Bounds.Contains(move.Source))
        {
            throw new ProtocolException($"copy from outside the picture: {move.Source}, {_canvas.Size}");
        }

        _canvas.CopyWithin(move.SourceX, move.SourceY, _rect);
        Move = move;
        return true;
    }

    public void Dispose()
    {
    }
}
