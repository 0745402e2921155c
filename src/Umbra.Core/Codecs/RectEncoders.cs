using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>All encoders behind one: the class says which. Working memory of an encoding is taken when it is first used.</summary>
public sealed class RectEncoders(BufferPool pool, Account account) : IRectEncoder
{
    private readonly RawEncoder _raw = new();
    private readonly HextileEncoder _hextile = new();
    private ZrleEncoder? _zrle;
    private TightEncoder? _tight;

    public static bool IsSupported(RfbEncoding encoding) =>
        encoding is RfbEncoding.Raw or RfbEncoding.Hextile or RfbEncoding.Zrle or RfbEncoding.Tight;

    /// <inheritdoc/>
    /// <remarks>When it throws (the quota, usually), the output is as it was.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The encoding is not <see cref="IsSupported"/>.</exception>
    public EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> rects, in EncodingClass encodingClass, PayloadWriter output)
    {
        int start = output.Length;
        try
        {
            return Select(encodingClass.Encoding).Encode(canvas, rects, encodingClass, output);
        }
        catch
        {
            output.Truncate(start);
            throw;
        }
    }

    public void Dispose()
    {
        _raw.Dispose();
        _hextile.Dispose();
        _zrle?.Dispose();
        _tight?.Dispose();
    }

    private IRectEncoder Select(RfbEncoding encoding) => encoding switch
    {
        RfbEncoding.Raw => _raw,
        RfbEncoding.Hextile => _hextile,
        RfbEncoding.Zrle => _zrle ??= new ZrleEncoder(pool, account),
        RfbEncoding.Tight => _tight ??= new TightEncoder(pool, account),
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "no encoder"),
    };
}
