using System.Buffers;
using BenchmarkDotNet.Attributes;
using Umbra.Core.Codecs;
using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Benchmarks.Micro;

/// <summary>A link's framing alone: a JPEG frame of full-screen video cut out of the stream, and walked over without decoding.</summary>
#pragma warning disable CA1001
[MemoryDiagnoser]
public class LinkBenchmarks
{
    private readonly BufferPool _pool = new();
    private readonly TightScanner _scanner = new();
    private readonly List<Rect> _areas = [];
    private byte[] _hello = [];
    private byte[] _rects = [];
    private byte[] _wire = [];
    private PictureHeader _header;

    [GlobalSetup]
    public async Task Setup()
    {
        using Canvas canvas = (await Recording.OfAsync("film", 1, _pool))[0];
        Size size = canvas.Size;
        using RectEncoders encoders = new(_pool, _pool.Root);
        using PayloadWriter rects = new(_pool, BufferTag.Test, _pool.Root);
        EncodeResult result = encoders.Encode(canvas, size.Bounds, new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, 8), rects);
        _rects = rects.Written.ToArray();
        _header = new PictureHeader(
            1, PictureFlags.Complete | PictureFlags.Lossy, new LinkFormat(8, 1), size, ReadOnlyMemory<CopyMove>.Empty, (ushort)result.RectCount);
        ArrayBufferWriter<byte> output = new();
        new LinkHello(LinkHello.CurrentVersion, "server-b").Write(output);
        _hello = output.WrittenSpan.ToArray();
        output.Clear();
        _header.Write(output, _rects.Length);
        output.Write(_rects);
        _wire = output.WrittenSpan.ToArray();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _scanner.Dispose();
        _pool.Dispose();
    }

    [Benchmark]
    public int ReadPicture()
    {
        using LinkFrameReader frames = new(_pool, BufferTag.PassthruStack, _pool.Root);
        SequenceReader<byte> hello = new(new ReadOnlySequence<byte>(_hello));
        frames.TryRead(ref hello, out _);
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(_wire));
        frames.TryRead(ref reader, out LinkFrame frame);
        using Lease rects = frame.Picture.Rects;
        return rects.Length;
    }

    [Benchmark]
    public int ScanPicture()
    {
        _areas.Clear();
        _scanner.Scan(_rects, _header.RectCount, _header.Size, _areas);
        return _areas.Count;
    }
}
