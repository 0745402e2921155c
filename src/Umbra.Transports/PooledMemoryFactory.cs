using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>
/// Gives Kestrel's sockets our memory. Kestrel says "kestrel" for whatever it is it wants a pool for, so all of it is one tag and one
/// account.
/// </summary>
public sealed class PooledMemoryFactory(BufferPool pool, Account account) : IMemoryPoolFactory<byte>
{
    private int _poolsMade;

    /// <summary>How often somebody asked; 0 means the registration lost against Kestrel's own.</summary>
    public int PoolsMade => Volatile.Read(ref _poolsMade);

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        Interlocked.Increment(ref _poolsMade);
        return pool.AsMemoryPool(BufferTag.Kestrel, account);
    }
}
