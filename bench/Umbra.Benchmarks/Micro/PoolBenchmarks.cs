using System.Buffers;
using BenchmarkDotNet.Attributes;
using Umbra.Core.Memory;

namespace Umbra.Benchmarks.Micro;

/// <summary>What counting every byte costs: rent and return against the runtime's own pool, which counts nothing.</summary>
// BenchmarkDotNet calls the cleanup instead of Dispose.
#pragma warning disable CA1001
[MemoryDiagnoser]
public class PoolBenchmarks
{
    private readonly BufferPool _pool = new();
    private Account _account = null!;
    private MemoryPool<byte> _counted = null!;

    [Params(4096, 65536)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // As deep as a viewer's: process, session, viewer.
        _account = _pool.Root.Open("session", 1 << 30).Open("viewer");
        _counted = _pool.AsMemoryPool(BufferTag.Test, _account);
    }

    [GlobalCleanup]
    public void Cleanup() => _pool.Dispose();

    [Benchmark(Baseline = true)]
    public int Shared()
    {
        using IMemoryOwner<byte> owner = MemoryPool<byte>.Shared.Rent(Size);
        return owner.Memory.Length;
    }

    [Benchmark]
    public int Lease()
    {
        using Lease lease = _pool.Rent(Size, BufferTag.Test, _account);
        return lease.Length;
    }

    [Benchmark]
    public int AsMemoryPool()
    {
        using IMemoryOwner<byte> owner = _counted.Rent(Size);
        return owner.Memory.Length;
    }
}
