using Umbra.Core.Memory;

namespace Umbra.Core.Tests.Memory;

/// <summary>What happens when the runtime has no memory to give.</summary>
public sealed class OutOfMemoryTests : IDisposable
{
    private readonly List<StopReport> _stops = [];
    private readonly BufferPool _pool = new(limit: 64 << 20, reserve: 8 << 20, mustSucceedBytes: 4 << 20);
    private readonly Account _owner;
    private readonly Account _shadower;

    public OutOfMemoryTests()
    {
        _pool.MustSucceedEmpty = _stops.Add;
        _owner = _pool.Root.Open("owner", mustSucceed: true);
        _shadower = _pool.Root.Open("shadower");
    }

    [Fact]
    public void Stock_OfAPoolThatHasOne_IsTakenAtOnceAndNeverTrimmed()
    {
        Assert.Equal(4 << 20, _pool.HeldBytes);
        Assert.Equal(4 << 20, _pool.KeptBytes);
        Assert.Equal(0, _pool.Root.Bytes);
        _pool.Trim();
        Assert.Equal(4 << 20, _pool.HeldBytes);
    }

    [Fact]
    public void Rent_NoSystemMemory_IsRefusedAndLeavesNothing()
    {
        EndMemory();

        QuotaExceededException refused = Assert.Throws<QuotaExceededException>(() => _pool.Rent(5000, BufferTag.Mdl, _shadower));

        Assert.StartsWith("the system has no memory", refused.Message, StringComparison.Ordinal);
        Assert.Equal((null, 8192), (refused.RefusedBy, refused.RequestedBytes));
        TagUsage usage = _pool.ReadTags()[(int)BufferTag.Mdl];
        Assert.Equal((0, 0, 1), (usage.Allocs, usage.Bytes, usage.Refused));
        Assert.Equal((0, 0), (_shadower.Bytes, _pool.Root.Blocks));
        Assert.Empty(_stops);
    }

    [Fact]
    public void Rent_NoMemoryForASlab_TakesABlockOfItsOwn()
    {
        Func<int, byte[]> allocate = _pool.Allocate;
        _pool.Allocate = bytes => bytes < 10_000 ? allocate(bytes) : throw NoMemory();
        long before = _pool.HeldBytes;
        using Lease lease = _pool.Rent(5000, BufferTag.Mdl, _shadower);
        Assert.Equal(before + 8192, _pool.HeldBytes);
    }

    /// <summary>What lies free is given back first; the runtime may have it then.</summary>
    [Fact]
    public void Rent_MemoryAfterTrim_Succeeds()
    {
        _pool.Rent(3 << 20, BufferTag.Mdl, _shadower).Dispose();
        long kept = _pool.KeptBytes;
        Func<int, byte[]> allocate = _pool.Allocate;
        _pool.Allocate = bytes => _pool.KeptBytes < kept ? allocate(bytes) : throw NoMemory();
        using Lease lease = _pool.Rent(5 << 20, BufferTag.Mdl, _shadower);
        Assert.Equal(5 << 20, lease.Length);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(5000)]
    [InlineData(1 << 20)]
    public void Rent_MustSucceed_GetsTheStockWhichComesBack(int size)
    {
        EndMemory();
        long free = _pool.KeptBytes;
        for (int i = 0; i < 200; i++)
        {
            using Lease lease = _pool.Rent(size, BufferTag.Mdl, _owner);
            lease.Span.Fill(1);
            Assert.Equal(lease.Capacity, _owner.Bytes);
            Assert.InRange(lease.Capacity, size, Math.Max(256, size * 2));
        }

        Assert.Equal((free, 0), (_pool.KeptBytes, _owner.Bytes));
        Assert.Throws<QuotaExceededException>(() => _pool.Rent(size, BufferTag.Mdl, _shadower));
        Assert.Empty(_stops);
    }

    [Fact]
    public void Rent_MustSucceedAndTheStockIsEmpty_StopsInTheOriginalsWords()
    {
        EndMemory();
        List<Lease> all = [];
        QuotaExceededException refused = Assert.Throws<QuotaExceededException>(() =>
        {
            while (all.Count < 100_000)
            {
                all.Add(_pool.Rent(4096, BufferTag.TdTcp, _owner));
            }
        });

        Assert.StartsWith("the system has no memory", refused.Message, StringComparison.Ordinal);
        StopReport stop = Assert.Single(_stops);
        Assert.Equal(new StopReport(4096, all.Count, 0, 0, BufferTag.TdTcp, "owner"), stop);
        Assert.Equal($"STOP 0x00000041 MUST_SUCCEED_POOL_EMPTY (0x00001000, 0x{all.Count:X8}, 0x00000000, 0x00000000)", stop.ToString());
        all.ForEach(lease => lease.Dispose());
        Assert.Equal(_pool.HeldBytes, _pool.KeptBytes);
    }

    [Fact]
    public void Rent_MustSucceedAndNoBlockIsLargeEnough_SaysWhatIsThere()
    {
        EndMemory();
        Assert.Throws<QuotaExceededException>(() => _pool.Rent((1 << 20) + 1, BufferTag.SurfacePixels, _owner));
        Assert.Equal(new StopReport(5 << 18, 0, 0, (4 << 20) / 4096, BufferTag.SurfacePixels, "owner"), Assert.Single(_stops));
    }

    [Fact]
    public void Rent_MustSucceedOverTheLimit_ReportsBeforeItIsRefused()
    {
        using Lease large = _pool.Rent(40 << 20, BufferTag.SurfacePixels, _owner);
        using Lease small = _pool.Rent(4096, BufferTag.Mdl, _owner);
        QuotaExceededException refused = Assert.Throws<QuotaExceededException>(() => _pool.Rent(30 << 20, BufferTag.SurfacePixels, _owner));
        Assert.Same(_pool.Root, refused.RefusedBy);
        Assert.Equal(new StopReport(30 << 20, (40 << 8) + 1, 1, (24 << 8) - 1, BufferTag.SurfacePixels, "owner"), Assert.Single(_stops));
    }

    [Fact]
    public void Rent_OthersOrClosed_NoStop()
    {
        Assert.Throws<QuotaExceededException>(() => _pool.Rent(60 << 20, BufferTag.Mdl, _shadower));
        _owner.Dispose();
        Assert.Throws<QuotaExceededException>(() => _pool.Rent(1, BufferTag.Mdl, _owner));
        Assert.Empty(_stops);
    }

    [Fact]
    public void Reclaim_BlockOfTheStock_IsReplaced()
    {
        Func<int, byte[]> allocate = _pool.Allocate;
        EndMemory();
        _pool.Rent(60_000, BufferTag.Mdl, _owner);
        _pool.Allocate = allocate;
        _owner.Dispose();
        Assert.Equal(1, Assert.Single(_pool.Reclaim(_owner)).Blocks);
        Assert.Equal((4 << 20, 4 << 20), (_pool.HeldBytes, _pool.KeptBytes));
    }

    /// <summary>The pattern of free blocks ends where the user's part did.</summary>
    [Fact]
    public void Rent_StockWatched_NoFault()
    {
        List<PoolFault> faults = [];
        _pool.Verifier = new PoolVerifier(() => default, faults.Add);
        EndMemory();
        foreach (int size in new[] { 100, 3000, 10, 60_000, 100_000, 1 << 19 })
        {
            using Lease lease = _pool.Rent(size, BufferTag.Mdl, _owner);
            lease.Span.Fill(1);
        }

        Assert.Empty(faults);
    }

    public void Dispose() => _pool.Dispose();

    /// <summary>As the runtime would.</summary>
#pragma warning disable CA2201
    private static OutOfMemoryException NoMemory() => new();
#pragma warning restore CA2201

    private void EndMemory() => _pool.Allocate = _ => throw NoMemory();
}
