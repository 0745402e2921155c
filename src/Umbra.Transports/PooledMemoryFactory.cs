using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>
/// Gives Kestrel's sockets our memory. Kestrel says "kestrel" for whatever it is it wants a pool for, so one factory is one tag and one
/// account: there is one for each listener, and one for what Kestrel serves itself.
/// </summary>
internal sealed class PooledMemoryFactory(BufferPool pool, BufferTag tag, Account account) : IMemoryPoolFactory<byte>
{
    /// <summary>Somebody takes memory here.</summary>
    public bool IsUsed { get; private set; }

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        IsUsed = true;
        return pool.AsMemoryPool(tag, account);
    }
}
