using Umbra.Core.Codecs;
using Umbra.Core.Memory;

namespace Umbra.Core.Surfaces;

/// <summary>An encoder with the buffer it writes to before it is known how much memory a picture takes. One thread at a time.</summary>
/// <param name="encoder">Owned from now on.</param>
internal sealed class AreaEncoder(BufferPool pool, Account account, IRectEncoder encoder) : IDisposable
{
    private readonly PayloadWriter _scratch = new(pool, BufferTag.Encoder, account, 64 * 1024);

    public EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> areas, in EncodingClass encodingClass)
    {
        _scratch.Clear();
        return encoder.Encode(canvas, areas, encodingClass, _scratch);
    }

    public EncodeResult Encode(Canvas canvas, Rect area, in EncodingClass encodingClass) => Encode(canvas, new ReadOnlySpan<Rect>(in area), encodingClass);

    /// <summary>What was encoded last, as the caller's; can be called again where there is no memory.</summary>
    /// <exception cref="QuotaExceededException">The account's limit is reached.</exception>
    public SharedLease ToShared(BufferTag tag, Account payer) => _scratch.ToShared(tag, payer);

    public void Dispose()
    {
        _scratch.Dispose();
        encoder.Dispose();
    }
}
