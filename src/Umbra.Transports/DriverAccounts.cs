using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>
/// One account for each driver, below which the accounts of its links are, in both directions. What is done for a session (its owner's desk,
/// its shadows) is below that session instead: an account has one parent. The driver's tag has both.
/// </summary>
public sealed class DriverAccounts(BufferPool pool)
{
    private readonly Dictionary<TransportDriver, Account> _accounts =
        TransportDrivers.All.Where(d => d.IsHere).ToDictionary(d => d, d => pool.Root.Open($"driver {d.Name}", driver: d.Name));

    /// <summary>Who pays for a driver's links. It must not touch the reserves: links are not the owners' path.</summary>
    public Account Of(TransportDriver driver) => _accounts[driver];
}
