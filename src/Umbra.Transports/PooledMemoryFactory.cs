using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>
/// Gives what Kestrel serves itself our memory. Kestrel says "kestrel" for whatever it is it wants a pool for, so one factory is one tag and one
/// account; the listeners of drivers have a <see cref="Drivers.ListenerArena"/> each.
/// </summary>
internal sealed class PooledMemoryFactory(BufferPool pool, BufferTag tag, Account account) : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => pool.AsMemoryPool(tag, account);
}
