using BenchmarkDotNet.Attributes;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Benchmarks.Micro;

/// <summary>Finding what really changed in a claimed full-screen change of 1280x800: everything, nothing, or one small box.</summary>
#pragma warning disable CA1001
[MemoryDiagnoser]
public class DamageBenchmarks
{
    private readonly BufferPool _pool = new();
    private readonly List<Rect> _changed = [];
    private Canvas _front = null!;
    private Canvas[] _next = null!;
    private int _turn;

    [GlobalSetup]
    public void Setup()
    {
        Size size = new(1280, 800);
        _front = new Canvas(_pool, _pool.Root, size);
        _next = [new(_pool, _pool.Root, size), new(_pool, _pool.Root, size), new(_pool, _pool.Root, size)];
        _next[1].Fill(size.Bounds, 0x123456);
        _next[2].Fill(new Rect(600, 300, 40, 20), 0x123456);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _front.Dispose();
        Array.ForEach(_next, canvas => canvas.Dispose());
        _pool.Dispose();
    }

    [Benchmark]
    public int Nothing() => Refine(0);

    [Benchmark]
    public int OneBox() => Refine(_turn++ % 2 * 2);

    [Benchmark]
    public int Everything() => Refine(_turn++ % 2);

    private int Refine(int picture)
    {
        _changed.Clear();
        DamageRefinery.Refine(_front, _next[picture], _front.Size.Bounds, _changed);
        DamageRefinery.Join(_changed, _front);
        return _changed.Count;
    }
}
