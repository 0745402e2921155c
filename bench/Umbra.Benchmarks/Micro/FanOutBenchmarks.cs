using BenchmarkDotNet.Attributes;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions;

namespace Umbra.Benchmarks.Micro;

/// <summary>One picture of film from its commit until all viewers have taken its packets: compared, encoded once, and handed out; nothing is sent.</summary>
#pragma warning disable CA1001
[MemoryDiagnoser]
public class FanOutBenchmarks
{
    private readonly BufferPool _pool = new();
    private readonly List<SurfaceViewer> _viewers = [];
    private Canvas[] _film = [];
    private Surface _surface = null!;
    private int _turn;

    [Params(1, 64, 1000)]
    public int Viewers { get; set; }

    /// <summary>Whether a second thread encodes, too, where a core is free.</summary>
    [Params(false, true)]
    public bool Helper { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _film = await Recording.OfAsync("film", 2, _pool);
        EncodingHelper? helper = Helper ? new EncodingHelper(_pool, _pool.Root, () => new RectEncoders(_pool, _pool.Root), new SpareCore(TimeProvider.System)) : null;
        _surface = new Surface(_pool, _pool.Root, new RectEncoders(_pool, _pool.Root), _film[0].Size, helper: helper);
        EncodingClass jpeg = new(RfbEncoding.Tight, PixelFormat.Bgrx, JpegQuality: 8);
        for (int i = 0; i < Viewers; i++)
        {
            _viewers.Add(_surface.AddViewer(jpeg, _pool.Root, () => { }));
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Array.ForEach<IDisposable>([.. _viewers, _surface, .. _film, _pool], used => used.Dispose());
    }

    [Benchmark]
    public long Picture()
    {
        Canvas next = _film[_turn++ % 2];
        _surface.Commit(next, [next.Size.Bounds], [], 0);
        long bytes = 0;
        foreach (SurfaceViewer viewer in _viewers)
        {
            viewer.AcceptSize(out _);
            using PictureUpdate? update = viewer.TakeUpdate(int.MaxValue, ushort.MaxValue, 0);
            bytes += update?.Bytes ?? 0;
        }

        return bytes;
    }
}
