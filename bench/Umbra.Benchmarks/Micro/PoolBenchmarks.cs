using System.Buffers;
using BenchmarkDotNet.Attributes;
using Umbra.Core.Memory;

namespace Umbra.Benchmarks.Micro;

/// <summary>
/// What counting every byte costs: rent and return against the runtime's own pools, which count nothing, and against the pool's own free list without the
/// counters: <c>Lease</c> less <c>BareFreeList</c> is the price of counting, which cannot be switched off. Times are of one rent and return on each thread;
/// <c>Allocated</c> is what all threads allocated meanwhile. With two threads both rent under one account and tag, the worst case.
/// </summary>
// BenchmarkDotNet calls the cleanup instead of Dispose.
#pragma warning disable CA1001
[MemoryDiagnoser]
[MedianColumn]
[WarmupCount(2)]
[IterationCount(7)]
[IterationTime(100)]
public class PoolBenchmarks
{
    private const int Rents = 16 * 1024;
    private readonly BufferPool _pool = new();
    private Account _account = null!;
    private MemoryPool<byte> _counted = null!;
    private FreeList _bare = null!;
    private int _bareThreads;
    private ThreadCrew _crew = null!;

    [Params(256, 4096, 65536, 1048576)]
    public int Size { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // As deep as a viewer's: process, session, viewer.
        _account = _pool.Root.Open("session", 1 << 30).Open("viewer");
        _counted = _pool.AsMemoryPool(BufferTag.Test, _account);
        _crew = new ThreadCrew(Threads);
        _bare = new FreeList(hasSlots: true);
        for (int i = 0; i < Threads; i++)
        {
            Block block = new Slab(_pool, new byte[Slab.ArrayBytes(Size, 1)], SizeClasses.None, Size, blocks: 1).Carve();
            block.Stripe = i;
            _bare.Push(block);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _crew.Dispose();
        _pool.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Rents)]
    public void SharedMemoryPool() => _crew.Run(RentShared);

    [Benchmark(OperationsPerInvoke = Rents)]
    public void SharedArrayPool() => _crew.Run(RentArrays);

    [Benchmark(OperationsPerInvoke = Rents)]
    public void Lease() => _crew.Run(RentLeases);

    [Benchmark(OperationsPerInvoke = Rents)]
    public void AsMemoryPool() => _crew.Run(RentCounted);

    [Benchmark(OperationsPerInvoke = Rents)]
    public void BareFreeList() => _crew.Run(RentBare);

    // A loop for each pool: as in a real program the runtime then sees one kind of owner in each, and may call it directly.
    private void RentShared()
    {
        for (int i = 0; i < Rents; i++)
        {
            using IMemoryOwner<byte> owner = MemoryPool<byte>.Shared.Rent(Size);
            owner.Memory.Span[0] = 1;
        }
    }

    private void RentCounted()
    {
        for (int i = 0; i < Rents; i++)
        {
            using IMemoryOwner<byte> owner = _counted.Rent(Size);
            owner.Memory.Span[0] = 1;
        }
    }

    private void RentArrays()
    {
        for (int i = 0; i < Rents; i++)
        {
            byte[] array = ArrayPool<byte>.Shared.Rent(Size);
            array[0] = 1;
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void RentBare()
    {
        int stripe = Interlocked.Increment(ref _bareThreads) % FreeList.StripeCount;
        for (int i = 0; i < Rents; i++)
        {
            Block block = (_bare.PopSlot(stripe) ?? _bare.Pop(stripe) ?? _bare.PopAnySlot())!;
            block.Length = Size;
            block.Stripe = stripe;
            block.Span[0] = 1;
            if (!_bare.TryPushSlot(block))
            {
                _bare.Push(block);
            }
        }
    }

    private void RentLeases()
    {
        for (int i = 0; i < Rents; i++)
        {
            using Lease lease = _pool.Rent(Size, BufferTag.Test, _account);
            lease.Span[0] = 1;
        }
    }
}
