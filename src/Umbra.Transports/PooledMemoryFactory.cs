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
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => pool.AsMemoryPool(BufferTag.Kestrel, account);
}
