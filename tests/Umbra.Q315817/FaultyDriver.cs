using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Transports;
using Umbra.Transports.Drivers;

namespace Umbra.Q315817;

/// <summary>
/// A driver with a defect: the real one, and around each of its connections a stream that takes a descriptor for each transfer, as kernel drivers do, and does not
/// return all of them. Never part of the program: a test puts it in the real driver's place. For one link at a time.
/// </summary>
/// <param name="inner">The real driver's connector.</param>
internal sealed class FaultyDriver(BufferPool pool, ITransportConnector inner, DriverFault fault) : ITransportConnector, IDriverMemory
{
    private FaultyStream? _newest;

    public bool CanConnect(TransportAddress address) => inner.CanConnect(address);

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken) =>
        _newest = new FaultyStream(await inner.ConnectAsync(address, cancellationToken), pool, fault);

    /// <summary>Called for each connection when it is made: from then on its account pays for the descriptors, too.</summary>
    public MemoryPool<byte> Of(TransportDriver driver, Account account)
    {
        if (Interlocked.Exchange(ref _newest, null) is { } stream && account.Name.StartsWith("link to", StringComparison.Ordinal))
        {
            stream.Account = account;
        }

        return pool.AsMemoryPool(driver.Tag, account);
    }
}
