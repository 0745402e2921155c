using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>
/// One account for each driver, below which the accounts of its links are, in both directions. What is done for a session (its owner's desk,
/// its shadows) is below that session instead: an account has one parent. The driver's tag has both: <see cref="Held"/>.
/// </summary>
public sealed partial class DriverAccounts
{
    private readonly BufferPool _pool;
    private readonly Dictionary<TransportDriver, Account> _accounts;

    public DriverAccounts(BufferPool pool)
    {
        _pool = pool;
        _accounts = TransportDrivers.All.Where(d => d.IsHere).ToDictionary(d => d, d => pool.Root.Open($"driver {d.Name}"));
    }

    /// <summary>Who pays for a driver's links. It must not touch the reserves: links are not the owners' path.</summary>
    public Account Of(TransportDriver driver) => _accounts[driver];

    /// <summary>What a driver's connections hold, whoever pays.</summary>
    public TagUsage Held(TransportDriver driver) => _pool.ReadTags()[(int)driver.Tag!.Value];

    /// <summary>An account for connections of one kind, with the same right to the reserves as who pays.</summary>
    internal static Account Open(Account payer, string name) => payer.MustSucceed ? payer.OpenMustSucceed(name) : payer.Open(name);

    /// <summary>Closes the account of connections that have ended. What is still out is a leak, and is told.</summary>
    public static void Close(TransportDriver driver, Account account, ILogger logger)
    {
        account.Dispose();
        if (account.Blocks != 0)
        {
            LogLeft(logger, driver.Name, account.Name, account.Blocks, account.Bytes);
        }
    }

    [LoggerMessage(LogLevel.Error, "driver {Driver}, {Account}: {Blocks} blocks, {Bytes} bytes not returned")]
    private static partial void LogLeft(ILogger logger, string driver, string account, long blocks, long bytes);
}
