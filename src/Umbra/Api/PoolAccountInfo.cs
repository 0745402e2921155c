using Umbra.Core.Memory;

namespace Umbra.Api;

/// <summary>What one link, session or viewer holds, with the accounts below it.</summary>
/// <param name="Id">Tells accounts of one name apart while the node runs.</param>
/// <param name="Depth">0 is the whole process; a deeper account is below the last one that is less deep.</param>
/// <param name="Blocks">Blocks that are out.</param>
/// <param name="IsClosed">Whoever held it is gone, and blocks are still out.</param>
/// <param name="Limit">Most bytes it may hold; null is no limit of its own.</param>
internal sealed record PoolAccountInfo(long Id, string Name, int Depth, long Bytes, long Blocks, long PeakBytes, bool IsClosed, long? Limit = null)
{
    public static PoolAccountInfo From(AccountUsage usage) => new(
        usage.Id, usage.Name, usage.Depth, usage.Bytes, usage.Blocks, usage.PeakBytes, usage.IsClosed, PoolInfo.LimitOf(usage.Limit));

    /// <summary>The largest accounts of a tree, in its order, none of them without those above it.</summary>
    public static IReadOnlyList<AccountUsage> Largest(IReadOnlyList<AccountUsage> tree, int count)
    {
        if (tree.Count <= count)
        {
            return tree;
        }

        // Read one after the other, a parent may seem to hold less than what is below it; it must not be left out for that.
        long[] sizes = new long[tree.Count];
        Stack<long> above = new();
        for (int i = 0; i < sizes.Length; i++)
        {
            while (above.Count > tree[i].Depth)
            {
                above.Pop();
            }

            sizes[i] = Math.Min(tree[i].Bytes, above.TryPeek(out long parent) ? parent : long.MaxValue);
            above.Push(sizes[i]);
        }

        return [.. Enumerable.Range(0, sizes.Length).OrderByDescending(i => sizes[i]).Take(count).Order().Select(i => tree[i])];
    }
}
