using System.Collections.Concurrent;
using Umbra.Core.Memory;
using Umbra.Testing;

namespace Umbra.Core.Tests.Memory;

/// <summary>Many threads rent, share, hand over and return at random, each writing down what it did; the counters must say the same.</summary>
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
