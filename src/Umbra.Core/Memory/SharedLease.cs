namespace Umbra.Core.Memory;

/// <summary>A block with several readers: born with one reference; every <see cref="Retain"/> is paid back by one <see cref="Dispose"/>.</summary>
public sealed class SharedLease : IDisposable
{
    private readonly Lease _lease;
    private int _references = 1;

    internal SharedLease(Lease lease) => _lease = lease;

    public ReadOnlySpan<byte> Span => _lease.Span;

    public ReadOnlyMemory<byte> Memory => _lease.Memory;

    public int Length => _lease.Length;

    /// <summary>One more owner.</summary>
    /// <exception cref="ObjectDisposedException">The last owner has already let go.</exception>
    public SharedLease Retain()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _references);
            ObjectDisposedException.ThrowIf(seen == 0, this);
        }
        while (Interlocked.CompareExchange(ref _references, seen + 1, seen) != seen);
        return this;
    }

    public void Dispose()
    {
        int left = Interlocked.Decrement(ref _references);
        ObjectDisposedException.ThrowIf(left < 0, this);
        if (left == 0)
        {
            _lease.Dispose();
        }
    }
}
