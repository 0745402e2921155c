using System.Buffers;
using BenchmarkDotNet.Attributes;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Benchmarks.Micro;

/// <summary>Each codec, to the wire and back: a full screen of film, one of text, and a tile of text.</summary>
// BenchmarkDotNet calls the cleanup instead of Dispose.
#pragma warning disable CA1001
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private static readonly Rect Tile = new(640, 384, 64, 64);
    private readonly BufferPool _pool = new();
    private Canvas _film = null!;
    private Canvas _text = null!;
    private Canvas _decoded = null!;
    private RectEncoders _encoders = null!;
    private RectDecoders _decoders = null!;
    private PayloadWriter _output = null!;
    private byte[] _filmBytes = [];
    private byte[] _textBytes = [];
    private EncodingClass _class;

    /// <summary>An encoding, Tight with JPEG and without.</summary>
    [Params("tight-jpeg", "tight", "zrle", "hextile", "raw")]
    public string Codec { get; set; } = "";

    [GlobalSetup]
    public async Task Setup()
    {
        _film = (await Recording.OfAsync("film", 1, _pool))[0];
        _text = (await Recording.OfAsync("scroll", 1, _pool))[0];
        _decoded = new Canvas(_pool, _pool.Root, _film.Size);
        _encoders = new RectEncoders(_pool, _pool.Root);
        _decoders = new RectDecoders(_pool, _pool.Root, PixelFormat.Bgrx);
        _output = new PayloadWriter(_pool, BufferTag.Test, _pool.Root);
        _class = Codec switch
        {
            "tight-jpeg" => new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, JpegQuality: 8),
            "tight" => new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx),
            "zrle" => new EncodingClass(RfbEncoding.Zrle, PixelFormat.Bgrx),
            "hextile" => new EncodingClass(RfbEncoding.Hextile, PixelFormat.Bgrx),
            _ => new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx),
        };
        EncodeFilm();
        _filmBytes = _output.Written.ToArray();
        EncodeText();
        _textBytes = _output.Written.ToArray();
        Console.WriteLine($"// {Codec}: film {_filmBytes.Length} bytes, text {_textBytes.Length}");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Array.ForEach<IDisposable>([_film, _text, _decoded, _encoders, _decoders, _output, _pool], used => used.Dispose());
    }

    [Benchmark]
    public int EncodeFilm() => Encode(_film, _film.Size.Bounds);

    [Benchmark]
    public int EncodeText() => Encode(_text, _text.Size.Bounds);

    [Benchmark]
    public int EncodeTextTile() => Encode(_text, Tile);

    [Benchmark]
    public int DecodeFilm() => Decode(_filmBytes);

    [Benchmark]
    public int DecodeText() => Decode(_textBytes);

    private int Encode(Canvas canvas, Rect rect)
    {
        _output.Clear();
        _encoders.Encode(canvas, rect, _class, _output);
        return _output.Length;
    }

    /// <summary>The stream of a new connection each time: the first rectangle of a call begins anew.</summary>
    private int Decode(byte[] bytes)
    {
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(bytes));
        int rects = 0;
        for (; !reader.End; rects++)
        {
            RectHeader.TryRead(ref reader, out RectHeader header);
            _decoders.Begin(header.Encoding, _decoded, header.Rect);
            _decoders.TryDecode(ref reader);
        }

        return rects;
    }
}
