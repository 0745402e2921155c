using System.Collections.Concurrent;
using Umbra.Core.Memory;
using Umbra.Testing;

namespace Umbra.Core.Tests.Memory;

/// <summary>
/// Many threads rent, share, hand over and return at random, each writing down what it did; the counters must say the same. The journals are the model, and the order
/// is the machine's: the tool that would choose it (Coyote) rewrites assemblies of .NET 8 at most.
/// </summary>
public sealed class PoolJournalTests : PoolTest
{
    private const int Threads = 4;
    private const int Steps = 40_000;
    private static readonly BufferTag[] Tags = [BufferTag.Test, BufferTag.Mdl, BufferTag.TdPipe];

    [Fact]
    public async Task Counters_AfterManyThreads_AreWhatTheJournalsSay()
    {
        using BufferPool pool = new(limit: 4 << 20, reserve: 1 << 20);
        Account owner = pool.Root.Open("owner", limit: 3 << 20, reserve: 1 << 20, mustSucceed: true);
        Account guests = pool.Root.Open("guests", limit: 1 << 20);
        Account[] accounts = [owner, owner.Open("viewer", limit: 512 << 10), guests, guests.Open("viewer"), guests.Open("closes")];
        Account[] all = [pool.Root, .. accounts];
        ConcurrentQueue<Held> handedOver = new();
        using CancellationTokenSource done = new();

        Task<string> reader = Task.Run(() => ReadUntil(pool, all, done.Token), TestContext.Current.CancellationToken);
        Journal[] journals = await Task.WhenAll(Enumerable.Range(0, Threads).Select(seed => Task.Run(
            () => Work(pool, accounts, handedOver, new Random(seed)), TestContext.Current.CancellationToken)));
        await done.CancelAsync();

        Assert.Equal("", await reader);
        List<Held> left = [.. handedOver, .. journals.SelectMany(journal => journal.Held)];
        AssertCounters(pool, all, journals, left);
        Assert.NotEmpty(left);
        Assert.All(Tags, tag => Assert.NotEqual(0, journals.Sum(journal => journal.Refused[(int)tag])));

        left.ForEach(held => held.Return());
        AssertCounters(pool, all, journals, []);
        Assert.All(all, account => Assert.Equal((0, 0), (account.Bytes, account.Blocks)));
        Assert.NotEqual(0, pool.KeptBytes);
        pool.Trim();
        Assert.Equal(0, pool.KeptBytes);
    }

    /// <summary>A charge that is refused must not be in the way of one that fits, not even for a moment.</summary>
    [Fact]
    public async Task Rent_WhileAnotherIsRefused_Succeeds()
    {
        Account account = Pool.Root.Open("session", limit: 8192);
        Task other = Task.Run(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                Assert.Throws<QuotaExceededException>(() => Pool.Rent(8193, BufferTag.Mdl, account));
            }
        }, TestContext.Current.CancellationToken);
        while (!other.IsCompleted)
        {
            Pool.Rent(4096, BufferTag.Test, account).Dispose();
        }

        await other;
        Assert.Equal(0, Pool.ReadTags()[(int)BufferTag.Test].Refused);
    }

    /// <summary>
    /// Accounts come and go, half of them with blocks out, while somebody sweeps behind them: trims, ticks, counts, reclaims. Every holder finds in his memory what he
    /// wrote, also where it was taken from him; every block is charged off once; and what is counted at the end is nothing.
    /// </summary>
    [Theory]
    [InlineData(64 << 20)]
    [InlineData(8 << 20)]
    [InlineData(0)]
    public async Task Blocks_WhileSweptBehind_AreTheirHoldersAlone(int maxKept)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using BufferPool pool = new(limit: 512 << 20, maxKept: maxKept, mustSucceedBytes: 1 << 20);
        ConcurrentQueue<Account> closed = new();
        using CancellationTokenSource done = new();
        Task<Dictionary<BufferTag, long>> sweeper = Task.Run(() => Sweep(pool, closed, done.Token), ct);
        Journal[] journals = await Task.WhenAll(Enumerable.Range(0, Threads).Select(seed => Task.Run(() => Visit(pool, closed, new Random(seed)), ct)));
        await done.CancelAsync();
        Dictionary<BufferTag, long> reclaimed = await sweeper;

        Assert.Equal((0, 0), (pool.Root.Blocks, pool.Root.Bytes));
        foreach (BufferTag tag in Tags)
        {
            TagUsage usage = pool.ReadTags()[(int)tag];
            long rented = journals.Sum(journal => journal.Rented[(int)tag]);
            Assert.Equal((rented, rented, 0, reclaimed.GetValueOrDefault(tag)), (usage.Allocs, usage.Frees, usage.Bytes, usage.Reclaimed));
            Assert.NotEqual(0, usage.Reclaimed);
        }

        Assert.Empty(pool.ReadHeld(0));
        Assert.Equal(["process"], pool.Root.ReadTree().Select(account => account.Name));
        pool.Trim();
        Assert.Equal((1 << 20, 1 << 20), (pool.HeldBytes, pool.KeptBytes));
    }

    private static Journal Visit(BufferPool pool, ConcurrentQueue<Account> closed, Random random)
    {
        Journal journal = new();
        Queue<Stamped> late = new();
        for (int visit = 0; visit < 1500; visit++)
        {
            Account account = pool.Root.Open("visit");
            List<Stamped> held = [];
            for (int i = 0; i < 20; i++)
            {
                BufferTag tag = Tags[random.Next(Tags.Length)];
                held.Add(new Stamped(pool.Rent(random.Next(16, 1_500_000 >> random.Next(0, 16)), tag, account), random.NextInt64()));
                journal.Rented[(int)tag]++;
                if (random.Next(2) == 0)
                {
                    int index = random.Next(held.Count);
                    held[index].Return();
                    held.RemoveAt(index);
                }
            }

            if (visit % 2 == 0)
            {
                held.ForEach(each => each.Return());
                account.Dispose();
            }
            else
            {
                account.Dispose();
                closed.Enqueue(account);
                held.ForEach(late.Enqueue);
            }

            // Late enough that the sweeper is before us as often as not.
            while (late.Count > 40)
            {
                late.Dequeue().Return();
            }
        }

        // And once so late that it was before us for sure.
        Account left = pool.Root.Open("left");
        foreach (BufferTag tag in Tags)
        {
            late.Enqueue(new Stamped(pool.Rent(1000, tag, left), random.NextInt64()));
            journal.Rented[(int)tag]++;
        }

        left.Dispose();
        closed.Enqueue(left);
        Assert.True(SpinWait.SpinUntil(() => left.Blocks == 0, TimeSpan.FromMinutes(2)), "nobody reclaimed what was left");
        foreach (Stamped each in late)
        {
            each.Return();
        }

        return journal;
    }

    private static Dictionary<BufferTag, long> Sweep(BufferPool pool, ConcurrentQueue<Account> closed, CancellationToken done)
    {
        Dictionary<BufferTag, long> reclaimed = [];
        for (int i = 0; !done.IsCancellationRequested || !closed.IsEmpty; i++)
        {
            while (closed.TryDequeue(out Account? account))
            {
                foreach (HeldBlocks taken in pool.Reclaim(account))
                {
                    Assert.Same(account, taken.Account);
                    reclaimed[taken.Tag] = reclaimed.GetValueOrDefault(taken.Tag) + taken.Blocks;
                }
            }

            pool.Tick();
            Assert.All(pool.ReadHeld(2), held =>
            {
                Assert.InRange(held.Blocks, 1, Threads * 60);
                Assert.InRange(held.SettledBlocks, 0, held.Blocks);
                Assert.InRange(held.SettledBytes, held.SettledBlocks * Holding.Unit, held.Bytes);
            });
            if (i % 16 == 0)
            {
                pool.Trim();
            }
            else
            {
                pool.TrimIdle();
            }
        }

        return reclaimed;
    }

    private static Journal Work(BufferPool pool, Account[] accounts, ConcurrentQueue<Held> handedOver, Random random)
    {
        Journal journal = new();
        for (int i = 0; i < Steps; i++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    Rent(pool, accounts[random.Next(accounts.Length)], Tags[random.Next(Tags.Length)], random, journal);
                    break;
                case 2 when journal.Held.Count > 0:
                    // To whoever comes by.
                    handedOver.Enqueue(journal.TakeAny(random));
                    break;
                case 3 when journal.Held.Count > 0:
                    journal.TakeAny(random).Return();
                    break;
                case 4 when handedOver.TryDequeue(out Held? held):
                    held.Return();
                    break;
            }

            if (i == Steps / 2)
            {
                accounts[^1].Dispose();
            }
            else if (i % 1000 == 0)
            {
                pool.TrimIdle();
            }
        }

        return journal;
    }

    private static void Rent(BufferPool pool, Account account, BufferTag tag, Random random, Journal journal)
    {
        try
        {
            Lease lease = pool.Rent(random.Next(1, 1_500_000 >> random.Next(0, 16)), tag, account);
            SharedLease? shared = random.Next(3) == 0 ? lease.Share() : null;
            journal.Held.Add(new Held(lease, shared, tag, account, lease.Capacity));
            journal.Rented[(int)tag]++;
        }
        catch (QuotaExceededException)
        {
            journal.Refused[(int)tag]++;
        }
    }

    private static string ReadUntil(BufferPool pool, Account[] accounts, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            foreach (TagUsage usage in pool.ReadTags())
            {
                if (usage.Outstanding < 0 || usage.Frees < 0 || usage.Bytes < 0 || (usage.Bytes == 0) != (usage.Outstanding == 0))
                {
                    return usage.ToString();
                }
            }

            foreach (Account account in accounts)
            {
                long bytes = account.Bytes;
                if (bytes < 0 || bytes > account.Limit || account.Blocks < 0)
                {
                    return $"{account.Name}: {bytes} of {account.Limit} bytes, {account.Blocks} blocks";
                }
            }
        }

        return "";
    }

    private static void AssertCounters(BufferPool pool, Account[] accounts, Journal[] journals, List<Held> left)
    {
        foreach (BufferTag tag in Tags)
        {
            TagUsage usage = pool.ReadTags()[(int)tag];
            List<Held> ofTag = left.FindAll(held => held.Tag == tag);
            long rented = journals.Sum(journal => journal.Rented[(int)tag]);
            long bytes = ofTag.Sum(held => held.Capacity);
            long refused = journals.Sum(journal => journal.Refused[(int)tag]);
            Assert.Equal((rented, rented - ofTag.Count, bytes, refused), (usage.Allocs, usage.Frees, usage.Bytes, usage.Refused));
            Assert.True(usage.PeakBytes >= bytes);
        }

        foreach (Account account in accounts)
        {
            List<Held> below = left.FindAll(held => IsBelow(held.Account, account));
            Assert.Equal((below.Sum(held => held.Capacity), below.Count), (account.Bytes, account.Blocks));
            Assert.InRange(account.PeakBytes, account.Bytes, account.Limit);
        }
    }

    private static bool IsBelow(Account account, Account above)
    {
        for (Account? at = account; at is not null; at = at.Parent)
        {
            if (at == above)
            {
                return true;
            }
        }

        return false;
    }

    private sealed record Held(Lease Lease, SharedLease? Shared, BufferTag Tag, Account Account, long Capacity)
    {
        /// <summary>Every lease is disposed twice, every shared one has had two owners.</summary>
        public void Return()
        {
            if (Shared is null)
            {
                Lease.Dispose();
                Lease.Dispose();
                return;
            }

            SharedLease second = Shared.Retain();
            Shared.Dispose();
            second.Dispose();
            Assert.Throws<ObjectDisposedException>(Shared.Retain);
        }
    }

    /// <summary>A block that says at both ends whose it is.</summary>
    private sealed class Stamped
    {
        private readonly Lease _lease;
        private readonly Memory<byte> _memory;
        private readonly long _stamp;

        public Stamped(Lease lease, long stamp)
        {
            (_lease, _memory, _stamp) = (lease, lease.Memory, stamp);
            BitConverter.TryWriteBytes(_memory.Span, stamp);
            BitConverter.TryWriteBytes(_memory.Span[^8..], stamp);
        }

        public void Return()
        {
            Assert.Equal((_stamp, _stamp), (BitConverter.ToInt64(_memory.Span), BitConverter.ToInt64(_memory.Span[^8..])));
            _lease.Dispose();
        }
    }

    private sealed class Journal
    {
        public List<Held> Held { get; } = [];

        public long[] Rented { get; } = new long[BufferTags.Count];

        public long[] Refused { get; } = new long[BufferTags.Count];

        public Held TakeAny(Random random)
        {
            int index = random.Next(Held.Count);
            Held held = Held[index];
            Held[index] = Held[^1];
            Held.RemoveAt(Held.Count - 1);
            return held;
        }
    }
}
