using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Core.Codecs;

/// <summary>
/// Gathers a body of known length. What has arrived whole is used where it lies; else it is copied as it comes, into a block that grows
/// with what has really arrived: a length alone costs nothing. Owns its block from the first copy to <see cref="Release"/>.
/// </summary>
internal sealed class BodyBuffer(BufferPool pool, Account account) : IDisposable
{
    private const int FirstBlock = 64 * 1024;
    private Lease _lease;
    private int _length;
    private int _filled;

    /// <summary>Starts a body of <paramref name="length"/> bytes (checked by the caller).</summary>
    public void Begin(int length)
    {
        Release();
        _length = length;
    }

    /// <summary>
    /// Takes what is there; true when the body is complete. It is valid until <see cref="Release"/> and while the reader's bytes are.
    /// </summary>
    public bool TryTake(ref SequenceReader<byte> reader, out ReadOnlySequence<byte> body)
    {
        if (_filled == 0 && reader.Remaining >= _length)
        {
            body = reader.UnreadSequence.Slice(0, _length);
            reader.Advance(_length);
            return true;
        }

        int count = (int)Math.Min(_length - _filled, reader.Remaining);
        if (count > 0)
        {
            Reserve(_filled + count);
            reader.UnreadSequence.Slice(0, count).CopyTo(_lease.Span[_filled..]);
            reader.Advance(count);
            _filled += count;
        }

        body = _filled == _length ? new ReadOnlySequence<byte>(_lease.Memory[.._length]) : default;
        return _filled == _length;
    }

    /// <summary>Gives the block back.</summary>
    public void Release()
    {
        _lease.Dispose();
        _lease = default;
        _filled = 0;
    }

    public void Dispose() => Release();

    private void Reserve(int needed)
    {
        if (needed <= _lease.Length)
        {
            return;
        }

        long size = Math.Max(Math.Max(needed, FirstBlock), _lease.Length * 2L);
        Lease larger = pool.Rent((int)Math.Min(size, _length), BufferTag.Decoder, account);
        _lease.Span[.._filled].CopyTo(larger.Span);
        _lease.Dispose();
        _lease = larger;
    }
}
