namespace Umbra.Core.Memory;

/// <summary>What an account pays for memory that is not the pool's, as one block of it, until this is disposed; a second time does nothing.</summary>
public sealed class ForeignCharge : IDisposable
{
    private readonly BufferPool _pool;
    private readonly BufferTag _tag;
    private readonly Account _account;
    private int _isDisposed;

    internal ForeignCharge(BufferPool pool, BufferTag tag, Account account, long bytes) =>
        (_pool, _tag, _account, Bytes) = (pool, tag, account, bytes);

    public long Bytes { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _pool.EndCharge(_tag, _account, Bytes);
        }
    }
}
