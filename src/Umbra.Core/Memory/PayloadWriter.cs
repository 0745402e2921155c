using System.Buffers;

namespace Umbra.Core.Memory;

/// <summary>
/// A growing, contiguous buffer of pool memory to encode into, reused from payload to payload. Owns its block; not thread-safe.
/// </summary>
public sealed class PayloadWriter(BufferPool pool, BufferTag tag, Account account, int initialCapacity = 4096) : IBufferWriter<byte>, IDisposable
{
    private Lease _lease = pool.Rent(initialCapacity, tag, account);

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write. May be altered in place (lengths that are known late).</summary>
    public Span<byte> Written => _lease.Span[..Length];

    /// <summary>As <see cref="Written"/>, for asynchronous writes.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _lease.Memory[..Length];

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_lease.Length - Length), nameof(count));
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _lease.Memory[Length..];
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _lease.Span[Length..];
    }

    /// <summary>Forgets what was written after <paramref name="length"/>; keeps the block.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length);
        Length = length;
    }

    public void Clear() => Length = 0;

    /// <summary>A right-sized shared copy of what was written; the writer can be used on.</summary>
    public SharedLease ToShared(BufferTag payloadTag, Account payloadAccount)
    {
        Lease copy = pool.Rent(Length, payloadTag, payloadAccount);
        Written.CopyTo(copy.Span);
        return copy.Share();
    }

    public void Dispose()
    {
        _lease.Dispose();
        _lease = default;
        Length = 0;
    }

    private void Reserve(int sizeHint)
    {
        int needed = checked(Length + Math.Max(1, sizeHint));
        if (needed <= _lease.Length)
        {
            return;
        }

        Lease larger = pool.Rent(Math.Max(needed, checked(_lease.Length * 2)), tag, account);
        Written.CopyTo(larger.Span);
        _lease.Dispose();
        _lease = larger;
    }
}
