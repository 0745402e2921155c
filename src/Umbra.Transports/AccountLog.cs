using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>What is said when somebody's account ends. In this project because it is the lowest one that logs.</summary>
public static partial class AccountLog
{
    /// <summary>Closes the account of something that has ended. What is still out is a leak, and is told.</summary>
    /// <param name="what">What has ended, for people.</param>
    public static void CloseAndTell(this Account account, string what, ILogger logger)
    {
        account.Dispose();
        if (account.Blocks != 0)
        {
            LogLeft(logger, what, account.Blocks, account.Bytes);
        }
    }

    [LoggerMessage(LogLevel.Error, "{What}: {Blocks} blocks, {Bytes} bytes not returned")]
    private static partial void LogLeft(ILogger logger, string what, long blocks, long bytes);
}
