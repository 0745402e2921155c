using Umbra.Core.Memory;
using Umbra.Testing;

namespace Umbra.Core.Tests.Memory;

public sealed class BufferPoolTests : PoolTest
{
    /// <summary>Of blocks of 1 KiB.</summary>
    private const long Slab = 64 << 10;

    /// <summary>Unwatched: guards make blocks larger, and what a second return does is a test here.</summary>
    public BufferPoolTests() => Pool.Verifier = null;

    [Fact]
    public void Rent_AndDispose_CountersBalance()
    {
        Lease lease = Pool.Rent(1000, BufferTag.Test, Account);
        TagUsage during = Pool.ReadTags()[(int)BufferTag.Test];
        lease.Dispose();
        lease.Dispose();
        TagUsage after = Pool.ReadTags()[(int)BufferTag.Test];

        Assert.Equal((1, 1024), (during.Outstanding, during.Bytes));
        Assert.Equal((1, 1, 0, 1024), (after.Allocs, after.Frees, after.Bytes, after.PeakBytes));
        Assert.Equal(0, Pool.Root.Bytes);
    }

    [Fact]
    public void Rent_OverLimitOfAnyAccountAbove_RefusesAndLeavesNothing()
    {
        Account session = Pool.Root.Open("session", limit: 4096);
        Account viewer = session.Open("viewer");
        using Lease held = Pool.Rent(3000, BufferTag.Test, viewer);

        QuotaExceededException refused = Assert.Throws<QuotaExceededException>(() => Pool.Rent(1, BufferTag.Test, viewer));

        Assert.Same(session, refused.RefusedBy);
        Assert.Equal((4096, 4096, 4096), (viewer.Bytes, session.Bytes, Pool.Root.Bytes));
        Assert.Equal(1, Pool.ReadTags()[(int)BufferTag.Test].Refused);
    }

    [Fact]
    public void Rent_FromTheReserve_OnlyForWhatMustSucceed()
    {
        using BufferPool pool = new(limit: 8192, reserve: 4096);
        Account owner = pool.Root.Open("owner", mustSucceed: true);
        Account shadower = pool.Root.Open("shadower");
        using Lease all = pool.Rent(4096, BufferTag.Test, shadower);

        QuotaExceededException refused = Assert.Throws<QuotaExceededException>(() => pool.Rent(1, BufferTag.Test, shadower));
        Assert.Contains("reserved", refused.Message, StringComparison.Ordinal);
        using Lease reserved = pool.Rent(4096, BufferTag.Test, owner);
        Assert.Throws<QuotaExceededException>(() => pool.Rent(1, BufferTag.Test, owner));
        Assert.Equal((4096, 4096, 8192), (shadower.Bytes, owner.Bytes, pool.Root.Bytes));
    }

    [Fact]
    public void Open_BelowWhatMustSucceed_KeepsOutOfItsReserve()
    {
        Account session = Pool.Root.Open("session", limit: 8192, reserve: 4096, mustSucceed: true);
        Account viewer = session.Open("viewer");
        using Lease all = Pool.Rent(4096, BufferTag.Test, viewer);

        Assert.Same(session, Assert.Throws<QuotaExceededException>(() => Pool.Rent(1, BufferTag.Test, viewer)).RefusedBy);
        Pool.Rent(4096, BufferTag.Test, session).Dispose();
    }

    [Fact]
    public void Span_AfterReturn_Throws()
    {
        Lease lease = Pool.Rent(10, BufferTag.Test, Account);
        lease.Dispose();
        using Lease reused = Pool.Rent(10, BufferTag.Test, Account);

        Assert.Throws<ObjectDisposedException>(() => lease.Span.Length);
        Assert.Equal(10, reused.Length);
    }

    [Fact]
    public void Rent_FromClosedAccount_Refuses()
    {
        Account account = Pool.Root.Open("link");
        account.Dispose();

        Assert.Throws<QuotaExceededException>(() => Pool.Rent(1, BufferTag.Test, account));
    }

    [Fact]
    public void Share_LastOwnerReturnsTheBlock()
    {
        SharedLease shared = Pool.Rent(10, BufferTag.Test, Account).Share();
        shared.Retain();
        shared.Dispose();
        Assert.Equal(1, Pool.Root.Blocks);
        shared.Dispose();

        Assert.Equal(0, Pool.Root.Blocks);
        Assert.Throws<ObjectDisposedException>(() => shared.Retain());
    }

    [Fact]
    public async Task Rent_FromManyThreads_EndsAtZero()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            Random random = new(seed);
            for (int i = 0; i < 10_000; i++)
            {
                using Lease lease = Pool.Rent(random.Next(1, 3_000_000 >> random.Next(0, 20)), BufferTag.Test, Account);
                lease.Span[0] = 1;
            }
        }, TestContext.Current.CancellationToken)));

        TagUsage usage = Pool.ReadTags()[(int)BufferTag.Test];
        Assert.Equal((80_000, 80_000, 0), (usage.Allocs, usage.Frees, usage.Bytes));
    }

    [Fact]
    public void Return_BeyondWhatIsKept_IsLeftToTheCollector()
    {
        using BufferPool small = new(maxKept: 4096);
        Lease[] leases = [.. Enumerable.Range(0, 10).Select(_ => small.Rent(1024, BufferTag.Test, small.Root))];
        foreach (Lease lease in leases)
        {
            lease.Dispose();
        }

        Assert.Equal(4096, small.KeptBytes);
        small.Trim();
        Assert.Equal(0, small.KeptBytes);
    }

    [Fact]
    public void Trim_BlockInASlot_GoesToo()
    {
        Pool.Rent(1024, BufferTag.Test, Account).Dispose();
        Assert.Equal(Slab, Pool.KeptBytes);

        Pool.Trim();

        Assert.Equal((0, 0), (Pool.KeptBytes, Pool.HeldBytes));
    }

    [Fact]
    public void Trim_OneBlockOfTheSlabOut_KeepsIt()
    {
        Lease[] leases = [.. Enumerable.Range(0, 100).Select(_ => Pool.Rent(1024, BufferTag.Test, Account))];
        Assert.Equal(2 * Slab, Pool.HeldBytes);
        leases[1..].ToList().ForEach(lease => lease.Dispose());

        Pool.Trim();
        Assert.Equal((Slab, Slab - 1024), (Pool.HeldBytes, Pool.KeptBytes));
        leases[0].Dispose();
        Pool.Trim();
        Assert.Equal(0, Pool.HeldBytes);
    }

    [Fact]
    public void TrimIdle_AfterABurst_KeepsWhatIsInUse()
    {
        Lease[] burst = [.. Enumerable.Range(0, 1000).Select(_ => Pool.Rent(1024, BufferTag.Test, Account))];
        foreach (Lease lease in burst)
        {
            lease.Dispose();
        }

        Pool.TrimIdle();
        long afterTheBurst = Pool.KeptBytes;
        Lease[] steady = [.. Enumerable.Range(0, 10).Select(_ => Pool.Rent(1024, BufferTag.Test, Account))];
        foreach (Lease lease in steady)
        {
            lease.Dispose();
        }

        Pool.TrimIdle();
        long inUse = Pool.KeptBytes;
        Pool.TrimIdle();

        // What was in a core's slot may be of another slab.
        Assert.Equal((16 * Slab, 0), (afterTheBurst, Pool.KeptBytes));
        Assert.InRange(inUse, Slab, 2 * Slab);
    }

    [Fact]
    public void TrimIdle_BlocksOutAllOverTheSlabs_RentsGoToTheFullest()
    {
        Lease[] leases = [.. Enumerable.Range(0, 128).Select(_ => Pool.Rent(1024, BufferTag.Test, Account))];
        // Half of the first slab stays out, and one block of the second.
        Lease last = leases[^1];
        leases[32..127].ToList().ForEach(lease => lease.Dispose());
        Pool.TrimIdle();

        Lease[] others = [.. Enumerable.Range(0, 30).Select(_ => Pool.Rent(1024, BufferTag.Test, Account))];
        last.Dispose();
        Pool.Trim();

        // But for those that were in slots, all are of the first slab, so that the second is empty.
        Assert.Equal(Slab, Pool.HeldBytes);
        others.Concat(leases[..32]).ToList().ForEach(lease => lease.Dispose());
    }

    [Fact]
    public void TrimIdle_BlockStillRented_ComesBackToThePool()
    {
        using Lease held = Pool.Rent(1024, BufferTag.Test, Account);
        Pool.TrimIdle();
        Pool.TrimIdle();
        held.Dispose();

        Assert.Equal(Slab, Pool.KeptBytes);
    }

    [Fact]
    public void Return_Canvas_IsKept()
    {
        Lease canvas = Pool.Rent(1920 * 1080 * 4, BufferTag.Test, Account);
        Assert.Equal(8 << 20, canvas.Capacity);
        canvas.Dispose();
        Assert.Equal(8 << 20, Pool.KeptBytes);
        Pool.Rent(1920 * 1080 * 4, BufferTag.Test, Account).Dispose();
        Assert.Equal(8 << 20, Pool.HeldBytes);
    }

    [Fact]
    public void Return_LargerThanAnyClass_IsNotKept()
    {
        Pool.Rent((16 << 20) + 1, BufferTag.Test, Account).Dispose();
        Assert.Equal(0, Pool.HeldBytes);
    }

    /// <summary>Blocks of all sizes, of which most come back: whatever is left out, the pool keeps no more than it may.</summary>
    [Theory]
    [InlineData(1 << 20, 64 << 20)]
    [InlineData(64 << 20, 1 << 20)]
    [InlineData(64 << 20, 64 << 20)]
    [InlineData(64 << 20, 0)]
    public void HeldBytes_WhateverIsRented_StaysWithinItsBound(int limit, int maxKept)
    {
        using BufferPool pool = new(limit, maxKept: maxKept);
        Random random = new(1);
        List<Lease> held = [];
        for (int i = 0; i < 20_000; i++)
        {
            int size = random.Next(1, 20_000_000 >> random.Next(0, 18));
            if (pool.Root.Bytes + (2L * size) < limit)
            {
                held.Add(pool.Rent(size, BufferTag.Test, pool.Root));
            }

            while (held.Count > 0 && (held.Count > 300 || pool.Root.Bytes > limit / 2))
            {
                int index = random.Next(held.Count);
                held[index].Dispose();
                held.RemoveAt(index);
            }

            Assert.InRange(pool.HeldBytes, pool.Root.Bytes, pool.MaxHeldBytes);
            Assert.InRange(pool.KeptBytes, 0, maxKept);
        }

        held.ForEach(lease => lease.Dispose());
        pool.Trim();
        Assert.Equal(0, pool.HeldBytes);
    }

    /// <summary>Blocks of one slab are neighbours: each is its user's alone, to the last byte.</summary>
    [Fact]
    public void Rent_ManyOfASlab_NoTwoOverlap()
    {
        Lease[] leases = [.. Enumerable.Range(0, 600).Select(i => Pool.Rent(256 << (i % 3), BufferTag.Test, Account))];
        for (int i = 0; i < leases.Length; i++)
        {
            leases[i].Span.Fill((byte)i);
        }

        for (int i = 0; i < leases.Length; i++)
        {
            Assert.Equal(-1, leases[i].Memory.Span.IndexOfAnyExcept((byte)i));
            leases[i].Dispose();
        }
    }

    [Fact]
    public void AsMemoryPool_CountsUnderItsTag()
    {
        using (var owner = Pool.AsMemoryPool(BufferTag.TdPipe, Account).Rent(5000))
        {
            Assert.Equal(8192, Pool.ReadTags()[(int)BufferTag.TdPipe].Bytes);
            Assert.Equal(8192, owner.Memory.Length);
        }

        Assert.Equal(0, Pool.ReadTags()[(int)BufferTag.TdPipe].Bytes);
    }

    [Fact]
    public void Trim_AfterABurst_TheSystemHasItBack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere it is left to the collector");
        using BufferPool pool = new(maxKept: 512L << 20);
        List<Lease> burst = [.. Enumerable.Range(0, 2048).Select(_ => pool.Rent(64 * 1024, BufferTag.Test, pool.Root))];
        burst.ForEach(lease => lease.Span.Fill(1));
        long full = Environment.WorkingSet;
        burst.ForEach(lease => lease.Dispose());
        pool.Trim();

        // What others do meanwhile in this process is less than a quarter of it.
        Assert.InRange(full - Environment.WorkingSet, 96L << 20, long.MaxValue);
    }

    [Fact]
    public async Task SetLimit_Tag_NeverPassedWhoeverRents()
    {
        const long limit = 64 * 1024;
        Pool.SetLimit(BufferTag.Mdl, limit);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            List<Lease> held = [];
            for (int i = 0; i < 2000; i++)
            {
                try
                {
                    held.Add(Pool.Rent(1024, BufferTag.Mdl, Account));
                }
                catch (QuotaExceededException exception)
                {
                    Assert.Equal((BufferTag.Mdl, (Account?)null), (exception.Tag, exception.RefusedBy));
                    held.ForEach(lease => lease.Dispose());
                    held.Clear();
                }
            }

            held.ForEach(lease => lease.Dispose());
        })));

        TagUsage mdl = Pool.ReadTags()[(int)BufferTag.Mdl];
        Assert.Equal((0, 0, limit, limit), (mdl.Bytes, Account.Bytes, mdl.PeakBytes, mdl.Limit));
        Assert.True(mdl.Refused > 0);
        using Lease other = Pool.Rent(2 * (int)limit, BufferTag.Test, Account);
    }
}
