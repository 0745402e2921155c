using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Transports.Drivers;

/// <summary>The pool, under the driver's tag.</summary>
internal sealed class DriverMemory(BufferPool pool) : IDriverMemory
{
    public MemoryPool<byte> Of(TransportDriver driver, Account account) => pool.AsMemoryPool(driver.Tag, account);
}
