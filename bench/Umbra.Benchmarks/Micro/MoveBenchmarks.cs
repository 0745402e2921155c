using BenchmarkDotNet.Attributes;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Benchmarks.Micro;

/// <summary>Looking for moves in pictures of 1280x800: where a window was dragged, and in vain. Of a film, what it costs on average of many pictures.</summary>
#pragma warning disable CA1001
public class MoveBenchmarks
{
    private static readonly Size Full = new(1280, 800);
    private static readonly Rect Window = new(200, 150, 640, 400);
    private readonly BufferPool _pool = new();
    private readonly List<Rect> _broken = [];
    private readonly MoveFinder _finder = new();
    private Canvas _desktop = null!;
    private Canvas _dragged = null!;
    private Canvas _film = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        (_desktop, _film) = ((await Recording.OfAsync("office", 1, _pool))[0], (await Recording.OfAsync("film", 1, _pool))[0]);
        _dragged = new Canvas(_pool, _pool.Root, Full);
        _dragged.CopyFrom(_desktop, Full.Bounds);
        for (int y = 0; y < Window.Height; y++)
        {
            _desktop.Row(Window.X, Window.Y + y, Window.Width).CopyTo(_dragged.Row(Window.X + 9, Window.Y + y + 5, Window.Width));
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _desktop.Dispose();
        _dragged.Dispose();
        _film.Dispose();
        _pool.Dispose();
    }

    [Benchmark]
    public CopyMove? Film() => Find(_film, Full.Bounds);

    [Benchmark]
    public CopyMove? Dragged() => Find(_dragged, Window.Union(Window.Offset(9, 5)));

    private CopyMove? Find(Canvas now, Rect damage)
    {
        _broken.Clear();
        return _finder.Find(_desktop, now, [damage], _broken);
    }
}
