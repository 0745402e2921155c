using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>What is said when somebody's account ends. In this project because it is the lowest one that logs.</summary>
public static partial class AccountLog
{
    /// <summary>Closes the account of something that has ended. What is still out is a leak: it is told, and taken back.</summary>
    /// <param name="what">What has ended, for people.</param>
    public static void CloseAndTell(this Account account, string what, ILogger logger)
    {
        account.Dispose();
        foreach (HeldBlocks left in account.Blocks == 0 ? [] : account.Reclaim())
        {
            LogLeft(logger, what, left.Tag.Name(), left.Blocks, left.Bytes);
        }
    }

    [LoggerMessage(LogLevel.Error, "{What}: tag {Tag}: {Blocks} blocks, {Bytes} bytes were not returned and have been reclaimed")]
    private static partial void LogLeft(ILogger logger, string what, string tag, long blocks, long bytes);
}
