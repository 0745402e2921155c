using Umbra.Core.Memory;
using Umbra.Memory;

namespace Umbra.Api;

/// <summary>What watches the memory pool, and what it sees.</summary>
/// <param name="Tags">Those watched; empty is all of them.</param>
/// <param name="Stacks">One rent in so many has its stack recorded; 0 while it is off.</param>
/// <param name="Found">Faults since it was switched on, each time counted.</param>
/// <param name="Faults">The different ones, the newest first, at most <see cref="FaultBook.Capacity"/>.</param>
/// <param name="Out">Blocks that are out and were rented since it was switched on, by tag, account and stack; the most bytes first.</param>
/// <param name="OutLeftOut">How many smaller entries of <paramref name="Out"/> are not listed.</param>
/// <param name="Since">When it was switched on; null while it is off.</param>
internal sealed record VerifierInfo(bool IsOn, IReadOnlyList<string> Tags, int Stacks, long Found, IReadOnlyList<VerifierFaultInfo> Faults,
    IReadOnlyList<VerifierBlocksInfo> Out, int OutLeftOut, DateTimeOffset? Since = null)
{
    /// <summary>Most entries of <see cref="Out"/> in one answer.</summary>
    public const int MaxOut = 500;

    public static VerifierInfo From(BufferPool pool, FaultBook faults, DateTimeOffset since, DateTimeOffset now)
    {
        IReadOnlyList<VerifierFaultInfo> found = [.. faults.Read().Select(VerifierFaultInfo.From)];
        if (pool.Verifier is not { } verifier)
        {
            return new VerifierInfo(false, [], 0, faults.Total, found, [], 0);
        }

        IReadOnlyList<OutstandingBlocks> blocks = verifier.ReadOutstanding(pool.Root);
        return new VerifierInfo(
            true, [.. verifier.Tags.Order().Select(tag => tag.Name())], verifier.StackEvery, faults.Total, found,
            [.. blocks.Take(MaxOut).Select(b => VerifierBlocksInfo.From(b, now))], Math.Max(0, blocks.Count - MaxOut), since);
    }
}
