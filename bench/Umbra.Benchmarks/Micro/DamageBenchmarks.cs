using BenchmarkDotNet.Attributes;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Benchmarks.Micro;

/// <summary>Finding what really changed where all of 1280x800 is claimed to have: nothing, a small change of office work, or every pixel of a film.</summary>
#pragma warning disable CA1001
[MemoryDiagnoser]
public class DamageBenchmarks
{
    private readonly BufferPool _pool = new();
    private readonly List<Rect> _changed = [];
    private Canvas _front = null!;
    private Canvas[] _office = [];
    private Canvas[] _film = [];
    private int _turn;

    [GlobalSetup]
    public async Task Setup()
    {
        _office = await Recording.OfAsync("office", 2, _pool);
        _film = await Recording.OfAsync("film", 2, _pool);
        _front = new Canvas(_pool, _pool.Root, _film[0].Size);
    }

    [GlobalCleanup]
    public void Cleanup() => Array.ForEach<IDisposable>([_front, .. _office, .. _film, _pool], used => used.Dispose());

    [Benchmark]
    public int Nothing() => Refine(_office[0]);

    [Benchmark]
    public int OfficeWork() => Refine(_office[_turn++ % 2]);

    [Benchmark]
    public int Film() => Refine(_film[_turn++ % 2]);

    private int Refine(Canvas next)
    {
        _changed.Clear();
        DamageRefinery.Refine(_front, next, _front.Size.Bounds, _changed);
        DamageRefinery.Join(_changed, _front);
        return _changed.Count;
    }
}
