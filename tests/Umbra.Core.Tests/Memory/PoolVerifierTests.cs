using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Core.Tests.Memory;

/// <summary>Each kind of fault, made on purpose: it is found, named, and comes with the stack that rented the block.</summary>
public sealed class PoolVerifierTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2001, 12, 31, 23, 59, 59, TimeSpan.Zero);
    private readonly List<PoolFault> _faults = [];
    private readonly BufferPool _pool = new();
    private readonly Account _link;

    public PoolVerifierTests()
    {
        _pool.Verifier = new PoolVerifier(() => Now, _faults.Add);
        _link = _pool.Root.Open("link to server-b");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(100_000)]
    [InlineData(5_000_000)]
    public void Use_AsItShouldBe_NoFault(int size)
    {
        for (int i = 0; i < 3; i++)
        {
            using Lease lease = _pool.Rent(size, BufferTag.Mdl, _link);
            lease.Span.Fill(1);
            using IMemoryOwner<byte> owner = _pool.AsMemoryPool(BufferTag.TdPipe, _link).Rent(size);
            owner.Memory.Span.Fill(2);
        }

        _link.Dispose();
        Assert.Empty(_faults);
    }

    [Fact]
    public void Closed_BlocksOut_NamesTagCountBytesAndStackOfEach()
    {
        Account viewer = _link.Open("viewer");
        using Lease first = RentForgotten(viewer);
        using Lease second = RentForgotten(viewer);
        using Lease other = _pool.Rent(50, BufferTag.Clipboard, _link);
        using Lease elsewhere = _pool.Rent(50, BufferTag.Clipboard, _pool.Root);

        IReadOnlyList<OutstandingBlocks> outstanding = _pool.Verifier!.ReadOutstanding(_pool.Root);
        viewer.Dispose();
        _link.Dispose();
        _link.Dispose();

        Assert.Equal([(BufferTag.Mdl, 200L), (BufferTag.Clipboard, 50L)], _faults.Select(fault => (fault.Tag, fault.Bytes)));
        Assert.All(_faults, fault => Assert.Equal((0xC4, 0x62), (fault.Code, fault.Kind)));
        Assert.Contains("link to server-b", _faults[1].Text, StringComparison.Ordinal);
        Assert.Contains("2 blocks", _faults[0].Text, StringComparison.Ordinal);
        Assert.Contains("2001-12-31", _faults[0].Text, StringComparison.Ordinal);
        Assert.Contains(nameof(RentForgotten), _faults[0].RentedAt, StringComparison.Ordinal);
        Assert.StartsWith("at Umbra.Core.Tests", _faults[0].RentedAt, StringComparison.Ordinal);
        Assert.Equal((BufferTag.Mdl, 2, 200L), (outstanding[0].Tag, outstanding[0].Blocks, outstanding[0].Bytes));
    }

    [Fact]
    public void Closed_BlocksOfADriver_NamesIt()
    {
        Account driver = _pool.Root.Open("driver tcp", driver: "tcp");
        Account listener = driver.Open("tcp 0.0.0.0:1");
        using Lease lease = RentForgotten(listener);
        listener.Dispose();
        AssertFault(PoolFault.VerifierViolation, PoolFault.LeftBehind);
        Assert.Contains("of driver tcp", _faults[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_AfterReclaim_IsNoFault()
    {
        _pool.Verifier = new PoolVerifier(() => Now, _faults.Add);
        Lease lease = RentForgotten(_link);
        lease.Dispose();
        Lease late = RentForgotten(_link);
        IMemoryOwner<byte> lateOwner = _pool.AsMemoryPool(BufferTag.Mdl, _link).Rent(100);
        _link.Dispose();
        Assert.Equal(2, _pool.Reclaim(_link)[0].Blocks);
        _faults.Clear();
        late.Dispose();
        lateOwner.Dispose();
        late.Dispose();
        Assert.Empty(_faults);
        Assert.Empty(_pool.Verifier.ReadOutstanding(_pool.Root));
        lease.Dispose();
        AssertFault(PoolFault.BadPoolCaller, PoolFault.DoubleFree);
    }

    [Fact]
    public void Dispose_Twice_IsADoubleFree()
    {
        Lease lease = RentForgotten(_link);
        lease.Dispose();
        lease.Dispose();
        AssertFault(PoolFault.BadPoolCaller, PoolFault.DoubleFree);
        Assert.Contains(nameof(Dispose_Twice_IsADoubleFree), _faults[0].Text, StringComparison.Ordinal);
        Assert.Equal(0, _pool.Root.Blocks);
    }

    [Fact]
    public void Dispose_OwnerTwice_IsADoubleFreeAndLeavesTheNextUserAlone()
    {
        MemoryPool<byte> sockets = _pool.AsMemoryPool(BufferTag.Mdl, _link);
        IMemoryOwner<byte> owner = sockets.Rent(100);
        owner.Dispose();
        using IMemoryOwner<byte> next = sockets.Rent(100);
        owner.Dispose();
        AssertFault(PoolFault.BadPoolCaller, PoolFault.DoubleFree);
        Assert.Equal(1, _pool.Root.Blocks);
    }

    [Fact]
    public void Write_AfterReturn_IsFoundWhenTheBlockIsRentedAgain()
    {
        Lease lease = RentForgotten(_link);
        Memory<byte> kept = lease.Memory;
        lease.Dispose();
        kept.Span[5] = 1;
        _pool.Rent(100, BufferTag.Clipboard, _link).Dispose();
        AssertFault(PoolFault.BadPoolCaller, PoolFault.WriteAfterFree);
        Assert.Contains(nameof(RentForgotten), _faults[0].RentedAt, StringComparison.Ordinal);
    }

    /// <summary>As native code would; spans end where the block does.</summary>
    [Fact]
    public unsafe void Write_PastTheEnd_IsFoundAtTheReturn()
    {
        Lease lease = RentForgotten(_link);
        fixed (byte* bytes = lease.Span)
        {
            bytes[lease.Length] = 0;
        }

        lease.Dispose();
        AssertFault(PoolFault.VerifierViolation, PoolFault.Overrun);
    }

    [Fact]
    public void Tags_OnlySome_OthersAreLeftAlone()
    {
        _pool.Verifier = new PoolVerifier(() => Now, _faults.Add) { Tags = new HashSet<BufferTag> { BufferTag.Clipboard } };
        Lease unwatched = RentForgotten(_link);
        unwatched.Memory.Span.Clear();
        using Lease watched = _pool.Rent(50, BufferTag.Clipboard, _link);
        Assert.Equal(BufferTag.Clipboard, Assert.Single(_pool.Verifier.ReadOutstanding(_link)).Tag);
        unwatched.Dispose();
        Assert.Empty(_faults);
    }

    [Fact]
    public void Verifier_ComesAndGoesWhileBlocksAreOut_NoFault()
    {
        RentForgotten(_link).Dispose();
        Lease during = RentForgotten(_link);
        _pool.Verifier = null;
        during.Dispose();
        Lease after = RentForgotten(_link);
        after.Span.Fill(7);
        Lease other = RentForgotten(_link);
        other.Dispose();
        _pool.Verifier = new PoolVerifier(() => Now, _faults.Add);
        after.Dispose();
        RentForgotten(_link).Dispose();
        Assert.Empty(_pool.Verifier.ReadOutstanding(_pool.Root));
        Assert.Empty(_faults);
    }

    [Fact]
    public void StackEvery_Sampled_EveryBlockIsStillCounted()
    {
        _pool.Verifier = new PoolVerifier(() => Now, _faults.Add) { StackEvery = 2 };
        using Lease first = RentForgotten(_link);
        using Lease second = RentForgotten(_link);
        Assert.Equal([0, 1], _pool.Verifier.ReadOutstanding(_link).Select(entry => Math.Sign(entry.Stack.Length)).Order());
    }

    public void Dispose() => _pool.Dispose();

    private Lease RentForgotten(Account account) => _pool.Rent(100, BufferTag.Mdl, account);

    private void AssertFault(int code, int kind)
    {
        PoolFault fault = Assert.Single(_faults);
        Assert.Equal((code, kind, BufferTag.Mdl), (fault.Code, fault.Kind, fault.Tag));
    }
}
