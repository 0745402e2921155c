using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// A connection's decoders behind one: <see cref="Begin"/> for each rectangle, then <see cref="TryDecode"/> until it is true.
/// A decoder is made when its encoding first comes, and kept: zlib streams live as long as the connection. For one thread at a time.
/// After a <see cref="ProtocolException"/> nothing but <see cref="Dispose"/> makes sense.
/// </summary>
public sealed class RectDecoders(BufferPool pool, Account account, PixelFormat format) : IDisposable
{
    private readonly CopyRectDecoder _copyRect = new();
    private RawDecoder? _raw;
    private HextileDecoder? _hextile;
    private ZrleDecoder? _zrle;
    private TightDecoder? _tight;
    private RfbEncoding _encoding;

    /// <summary>What a client can list in SetEncodings, the preferred first.</summary>
    public static IReadOnlyList<RfbEncoding> Supported { get; } =
        [RfbEncoding.CopyRect, RfbEncoding.Tight, RfbEncoding.Zrle, RfbEncoding.Hextile, RfbEncoding.Raw];

    /// <summary>What the rectangle just decoded moved; null where it was not a CopyRect.</summary>
    public CopyMove? LastMove { get; private set; }

    /// <exception cref="ProtocolException">An encoding that is not <see cref="Supported"/>, or a rectangle outside the picture.</exception>
    public void Begin(RfbEncoding encoding, Canvas canvas, Rect rect)
    {
        if (!canvas.Size.Bounds.Contains(rect))
        {
            throw new ProtocolException($"rectangle outside the picture: {rect}, {canvas.Size}");
        }

        LastMove = null;
        Select(encoding).Begin(canvas, rect);
        _encoding = encoding;
    }

    /// <returns>True when the rectangle is complete; false when more bytes are needed.</returns>
    /// <exception cref="ProtocolException">The bytes are not this encoding, or a length is over its limit.</exception>
    public bool TryDecode(ref SequenceReader<byte> reader)
    {
        if (!Select(_encoding).TryDecode(ref reader))
        {
            return false;
        }

        LastMove = _encoding == RfbEncoding.CopyRect ? _copyRect.Move : null;
        return true;
    }

    public void Dispose()
    {
        _copyRect.Dispose();
        _raw?.Dispose();
        _hextile?.Dispose();
        _zrle?.Dispose();
        _tight?.Dispose();
    }

    private IRectDecoder Select(RfbEncoding encoding) => encoding switch
    {
        RfbEncoding.Raw => _raw ??= new RawDecoder(pool, account, format),
        RfbEncoding.CopyRect => _copyRect,
        RfbEncoding.Hextile => _hextile ??= new HextileDecoder(format),
        RfbEncoding.Zrle => _zrle ??= new ZrleDecoder(pool, account, format),
        RfbEncoding.Tight => _tight ??= new TightDecoder(pool, account, format),
        _ => throw new ProtocolException($"encoding not asked for: {(int)encoding}"),
    };
}
