using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Transports.Drivers;

/// <summary>Where drivers get the memory of their connections. Replaced only by tests, whose drivers are to have faults.</summary>
public interface IDriverMemory
{
    /// <param name="account">Pays.</param>
    MemoryPool<byte> Of(TransportDriver driver, Account account);
}
