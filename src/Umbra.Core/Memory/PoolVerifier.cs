using System.Collections.Concurrent;
using System.Diagnostics;

namespace Umbra.Core.Memory;

/// <summary>
/// Watches a pool after the manner of NT's Driver Verifier: who rented each block that is out, and when; a guard behind each block, a pattern in each free one;
/// faults of its users. Costs a stack walk per rent, so it is switched on where a fault is looked for, and in tests always. One that was taken off a pool is not
/// put back: it does not know what happened meanwhile. Thread-safe.
/// </summary>
/// <param name="now">The time, for people who read when a block was rented.</param>
/// <param name="faulted">Told of each fault, from the thread that is at fault; must not throw and not use the pool.</param>
public sealed class PoolVerifier(Func<DateTimeOffset> now, Action<PoolFault> faulted)
{
    /// <summary>Asked for beyond what the user wants, so that there is a guard.</summary>
    public const int GuardBytes = 16;

    private const byte Guard = 0xFD;
    private const byte Free = 0xDD;
    private readonly ConcurrentDictionary<Block, Rental> _out = new();
    private long _rents;

    /// <summary>Tags to watch; empty: all of them.</summary>
    public IReadOnlySet<BufferTag> Tags { get; init; } = new HashSet<BufferTag>();

    /// <summary>One rent in so many has its stack recorded.</summary>
    public int StackEvery { get; init; } = 1;

    /// <summary>What is out of these accounts and those below them: one entry per tag, account and stack, the most bytes first.</summary>
    public IReadOnlyList<OutstandingBlocks> ReadOutstanding(Account account) =>
    [
        .. _out.Values.Where(rental => rental.Account.IsBelow(account))
            .GroupBy(rental => (rental.Tag, rental.Account, Stack: Describe(rental.Stack)))
            .Select(group => new OutstandingBlocks(
                group.Key.Tag, group.Key.Account, group.Count(), group.Sum(r => (long)r.Bytes), group.Min(r => r.At), group.Key.Stack))
            .OrderByDescending(entry => entry.Bytes),
    ];

    /// <summary>
    /// An account was closed: a fault for each tag and stack with blocks out. An account below it has an end of its own; after that of the last
    /// account of all nothing comes.
    /// </summary>
    internal void Closed(Account account)
    {
        string whose = account.Driver is { } driver ? $"{account.Name} of driver {driver}" : account.Name;
        foreach (OutstandingBlocks left in ReadOutstanding(account).Where(blocks => blocks.Account == account || account.Parent is null))
        {
            faulted(new PoolFault(
                PoolFault.VerifierViolation, PoolFault.LeftBehind, left.Tag, left.Bytes, $"{whose} ended with {left.Blocks} blocks out, the oldest since {left.Since:O}", left.Stack));
        }
    }

    internal bool Watches(BufferTag tag) => Tags.Count == 0 || Tags.Contains(tag);

    /// <summary>The block is its user's from now on.</summary>
    internal void Rented(Block block)
    {
        if (block.IsPoisoned && block.All.ContainsAnyExcept(Free))
        {
            faulted(new PoolFault(PoolFault.BadPoolCaller, PoolFault.WriteAfterFree, block.LastTag, block.Length, "a block was written to after it was returned", Describe(block.LastStack)));
        }

        StackTrace? stack = Interlocked.Increment(ref _rents) % StackEvery == 0 ? Here() : null;
        block.LastTag = block.Tag;
        block.LastStack = stack;
        block.All[block.Length..].Fill(Guard);
        _out[block] = new Rental(block.Tag, block.Account!, block.Length, now(), stack);
    }

    /// <summary>The block is about to be free.</summary>
    internal void Returning(Block block)
    {
        // What was rented before the verifier was there is none of its business.
        if (!_out.TryRemove(block, out Rental? rental))
        {
            return;
        }

        if (block.All[block.Length..].ContainsAnyExcept(Guard))
        {
            faulted(new PoolFault(PoolFault.VerifierViolation, PoolFault.Overrun, rental.Tag, rental.Bytes, "somebody wrote past the end of a block", Describe(rental.Stack)));
        }

        block.All.Fill(Free);
        block.IsPoisoned = true;
    }

    /// <summary>The block was taken from its user, who may still write to it: what is in it says nothing.</summary>
    internal void Reclaimed(Block block) => _out.TryRemove(block, out _);

    internal void ReturnedTwice(Block block) => faulted(new PoolFault(
        PoolFault.BadPoolCaller, PoolFault.DoubleFree, block.LastTag, block.Length, $"a block was returned twice, now at\n{Describe(Here())}", Describe(block.LastStack)));

    /// <summary>Taken at each rent, so without the text, which costs ten times as much.</summary>
    private static StackTrace Here() => new(skipFrames: 2, fNeedFileInfo: false);

    /// <summary>Without the pool's own frames and those of the runtime that only carry on what waited: they say nothing, and differ from one time to the next.</summary>
    private static string Describe(StackTrace? stack)
    {
        string[] frames = (stack?.ToString() ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(
            '\n', frames.SkipWhile(frame => frame.StartsWith("at Umbra.Core.Memory.", StringComparison.Ordinal)).Where(frame => !IsPlumbing(frame)));
    }

    private static bool IsPlumbing(string frame) =>
        frame.StartsWith("at System.Threading.", StringComparison.Ordinal) || frame.StartsWith("at System.Runtime.CompilerServices.", StringComparison.Ordinal);

    private sealed record Rental(BufferTag Tag, Account Account, int Bytes, DateTimeOffset At, StackTrace? Stack);
}
