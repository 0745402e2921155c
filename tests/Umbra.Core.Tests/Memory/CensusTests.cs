using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Testing;

namespace Umbra.Core.Tests.Memory;

public sealed class CensusTests : PoolTest
{
    private readonly Account _session;
    private readonly Account _viewer;

    /// <summary>Unwatched: guards make blocks larger, and accounts are closed with blocks out.</summary>
    public CensusTests()
    {
        Pool.Verifier = null;
        _session = Account.Open("session", driver: "tcp");
        _viewer = _session.Open("viewer");
    }

    [Fact]
    public void ReadHeld_BlocksOut_OneEntryPerAccountAndTag()
    {
        using Lease first = Pool.Rent(1000, BufferTag.Mdl, _viewer);
        using Lease second = Pool.Rent(2000, BufferTag.Mdl, _viewer);
        using Lease other = Pool.Rent(100, BufferTag.Clipboard, _viewer);
        using Lease above = Pool.Rent(20_000_000, BufferTag.SurfacePixels, _session);
        Pool.Rent(1, BufferTag.Test, _viewer).Dispose();

        Assert.Equal(
            [
                new HeldBlocks(_session, BufferTag.SurfacePixels, 1, above.Capacity, 0, 0),
                new HeldBlocks(_viewer, BufferTag.Mdl, 2, 1024 + 2048, 0, 0),
                new HeldBlocks(_viewer, BufferTag.Clipboard, 1, 256, 0, 0),
            ],
            Pool.ReadHeld(1));
    }

    [Fact]
    public void ReadHeld_AfterSomeTicks_TellsOldBlocksFromNew()
    {
        using Lease old = Pool.Rent(1000, BufferTag.Mdl, _viewer);
        Pool.Tick();
        Pool.Tick();
        using Lease young = Pool.Rent(500, BufferTag.Mdl, _viewer);

        Assert.Equal((2, 2), Settled(0));
        Assert.Equal((2, 1), Settled(2));
        Assert.Equal((2, 0), Settled(3));
        Pool.Tick();
        Assert.Equal((2, 1), Settled(3));
        Assert.Equal(1024, Assert.Single(Pool.ReadHeld(3)).SettledBytes);

        (long Blocks, long Settled) Settled(int epochs)
        {
            HeldBlocks held = Assert.Single(Pool.ReadHeld(epochs));
            return (held.Blocks, held.SettledBlocks);
        }
    }

    [Fact]
    public void Reclaim_ClosedAccount_TakesWhatItAndThoseBelowHave()
    {
        Account other = Account.Open("other");
        using Lease theirs = Pool.Rent(100, BufferTag.Mdl, other);
        Pool.Rent(100, BufferTag.Mdl, _viewer);
        Lease left = Pool.Rent(20_000_000, BufferTag.SurfacePixels, _session);
        Pool.AsMemoryPool(BufferTag.Mdl, _viewer).Rent(100);
        _session.Dispose();

        Assert.Equal(
            [
                new HeldBlocks(_session, BufferTag.SurfacePixels, 1, left.Capacity, 1, left.Capacity),
                new HeldBlocks(_viewer, BufferTag.Mdl, 2, 512, 2, 512),
            ],
            Pool.Reclaim(_session));

        Assert.Empty(Pool.Reclaim(_session));
        Assert.Equal((0, 0, 0, 256), (_session.Blocks, _viewer.Bytes, _session.Bytes, Account.Bytes));
        Assert.Equal((3, 2, 256, 2), Counters(BufferTag.Mdl));
        Assert.Equal((1, 1, 0, 1), Counters(BufferTag.SurfacePixels));
        Assert.Equal(["process", "other"], Account.ReadTree().Select(a => a.Name));
        Assert.Throws<ObjectDisposedException>(() => left.Span.Length);
    }

    [Fact]
    public void Reclaim_OpenAccount_Refuses()
    {
        using Lease lease = Pool.Rent(100, BufferTag.Mdl, _viewer);
        Assert.Throws<InvalidOperationException>(() => Pool.Reclaim(_viewer));
        Assert.Equal(100, lease.Span.Length);
    }

    /// <summary>Whoever kept what was taken from him writes to memory that is nobody's any more.</summary>
    [Theory]
    [InlineData(1024)]
    [InlineData(1 << 20)]
    [InlineData(20 << 20)]
    public void Reclaim_HolderWritesOn_NobodyElseSeesIt(int size)
    {
        using IMemoryOwner<byte> owner = Pool.AsMemoryPool(BufferTag.Mdl, _viewer).Rent(size);
        Memory<byte> stale = owner.Memory;
        _viewer.Dispose();
        Pool.Reclaim(_viewer);

        Lease[] others = [.. Enumerable.Range(0, 200_000_000 / (size + 1_000_000)).Select(_ => Pool.Rent(size, BufferTag.Test, Account))];
        Array.ForEach(others, lease => lease.Span.Clear());
        stale.Span.Fill(0xEE);
        owner.Dispose();
        owner.Dispose();
        Assert.All(others, lease => Assert.False(lease.Span.ContainsAnyExcept((byte)0)));
        Array.ForEach(others, lease => lease.Dispose());
        Lease again = Pool.Rent(size, BufferTag.Test, Account);
        again.Span.Clear();
        stale.Span.Fill(0xEE);
        Assert.False(again.Span.ContainsAnyExcept((byte)0));
        again.Dispose();
        Assert.Equal((1, 1, 0, 1), Counters(BufferTag.Mdl));
    }

    [Fact]
    public void Trim_SlabWithAReclaimedBlock_GoesWhenTheRestIsFree()
    {
        Lease other = Pool.Rent(1024, BufferTag.Test, Account);
        Pool.Rent(1024, BufferTag.Mdl, _viewer);
        long held = Pool.HeldBytes;
        _viewer.Dispose();
        Pool.Reclaim(_viewer);

        Pool.Trim();
        Assert.Equal((held, held - 2048), (Pool.HeldBytes, Pool.KeptBytes));
        other.Dispose();
        Assert.Equal(held - 1024, Pool.KeptBytes);
        Pool.Trim();
        Assert.Equal((0, 0), (Pool.HeldBytes, Pool.KeptBytes));
    }

    [Fact]
    public void Trim_SlabOfReclaimedBlocksOnly_Goes()
    {
        Lease[] all = [.. Enumerable.Range(0, 64).Select(_ => Pool.Rent(1024, BufferTag.Mdl, _viewer))];
        Assert.Equal(all.Sum(lease => lease.Capacity), Pool.HeldBytes);
        _viewer.Dispose();
        Pool.Reclaim(_viewer);
        Pool.Trim();
        Assert.Equal(0, Pool.HeldBytes);
        Pool.Rent(1024, BufferTag.Test, Account).Dispose();
        Pool.Trim();
        Assert.Equal(0, Pool.HeldBytes);
    }

    /// <summary>Returning races with reclaiming: each block is charged off once, and is free or abandoned.</summary>
    [Fact]
    public async Task Reclaim_WhileHoldersReturn_EachBlockIsTakenOnce()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        long reclaimed = 0;
        for (int i = 0; i < 300; i++)
        {
            Account link = Account.Open("link");
            Lease[] leases = [.. Enumerable.Range(0, 64).Select(n => Pool.Rent(256 << (n % 4), BufferTag.Mdl, link))];
            link.Dispose();
            using Barrier start = new(2);
            Task returning = Task.Run(() =>
            {
                start.SignalAndWait(ct);
                Array.ForEach(leases, lease => lease.Dispose());
            }, ct);
            start.SignalAndWait(ct);
            reclaimed += Pool.Reclaim(link).Sum(held => held.Blocks);
            await returning;
            Assert.Equal((0, 0), (link.Blocks, link.Bytes));
        }

        Assert.Equal((300 * 64, 300 * 64, 0, reclaimed), Counters(BufferTag.Mdl));
        Assert.Equal((0, 0), (Account.Blocks, Account.Bytes));
        Pool.Trim();
        Assert.Equal((0, 0), (Pool.HeldBytes, Pool.KeptBytes));
    }

    /// <summary>Walked while everything moves: only whole rents are seen, each under the account and tag it was rented with.</summary>
    [Fact]
    public async Task ReadHeld_WhileOthersRent_NeverMixesTwoRents()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        BufferTag[] tags = [BufferTag.Mdl, BufferTag.Test];
        Account[] accounts = [_viewer, Account.Open("other")];
        Task[] renting = [.. Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                int which = (i + seed) % 2;
                using Lease lease = Pool.Rent(100, tags[which], accounts[which]);
            }
        }, ct))];
        while (!Task.WhenAll(renting).IsCompleted)
        {
            Pool.Tick();
            Assert.All(Pool.ReadHeld(1), held =>
            {
                Assert.Equal(Array.IndexOf(tags, held.Tag), Array.IndexOf(accounts, held.Account));
                Assert.InRange(held.SettledBlocks, 0, held.Blocks);
                Assert.Equal(held.Blocks * 256, held.Bytes);
            });
        }

        await Task.WhenAll(renting);
        Assert.Empty(Pool.ReadHeld(0));
    }

    private (long Allocs, long Frees, long Bytes, long Reclaimed) Counters(BufferTag tag)
    {
        TagUsage usage = Pool.ReadTags()[(int)tag];
        return (usage.Allocs, usage.Frees, usage.Bytes, usage.Reclaimed);
    }
}
