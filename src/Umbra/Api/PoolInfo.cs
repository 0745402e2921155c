using Umbra.Core.Memory;
using Umbra.Memory;

namespace Umbra.Api;

/// <summary>The memory pool now. Bytes are block sizes: what the process really pays.</summary>
/// <param name="KeptBytes">Free bytes kept for the next rent.</param>
/// <param name="Reserve">Bytes of the limit that only sessions and their owners' viewers may use.</param>
/// <param name="Accounts">Links, sessions and viewers as a tree: parents first, each with its depth; the largest where there are too many.</param>
/// <param name="AccountsLeftOut">How many smaller accounts are not listed.</param>
/// <param name="Pressure">None, elevated, high or critical: how near the end is what is not reserved.</param>
/// <param name="Suspicions">Growth that looked like a leak, the newest last.</param>
/// <param name="Limit">Most bytes that may be out; null is no limit.</param>
internal sealed record PoolInfo(long Bytes, long PeakBytes, long KeptBytes, long Reserve, IReadOnlyList<PoolTagInfo> Tags,
    IReadOnlyList<PoolAccountInfo> Accounts, int AccountsLeftOut, long? Limit = null, PoolPressure Pressure = PoolPressure.None, IReadOnlyList<PoolSuspicionInfo>? Suspicions = null)
{
    /// <summary>Most accounts in one answer.</summary>
    public const int MaxAccounts = 1000;

    public static PoolInfo From(BufferPool pool, MemoryCondition? condition = null)
    {
        IReadOnlyList<AccountUsage> tree = pool.Root.ReadTree();
        IReadOnlyList<AccountUsage> listed = PoolAccountInfo.Largest(tree, MaxAccounts);
        return new PoolInfo(pool.Root.Bytes, pool.Root.PeakBytes, pool.KeptBytes, pool.Root.Reserve, [.. pool.ReadTags().Select(PoolTagInfo.From)],
            [.. listed.Select(PoolAccountInfo.From)], tree.Count - listed.Count, LimitOf(pool.Root.Limit),
            (PoolPressure)(condition?.Level ?? PressureLevel.None), [.. (condition?.Suspicions ?? []).Select(PoolSuspicionInfo.From)]);
    }

    /// <summary>Null is no limit.</summary>
    public static long? LimitOf(long limit) => limit == long.MaxValue ? null : limit;
}
