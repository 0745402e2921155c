using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Benchmarks.Micro;

/// <summary>A frame of full-screen video and a tile of text, as a session encodes them: picture-like content, not noise.</summary>
// BenchmarkDotNet calls the cleanup instead of Dispose.
#pragma warning disable CA1001
[MemoryDiagnoser]
public class EncodeBenchmarks
{
    private static readonly Rect Tile = new(640, 384, 64, 64);
    private readonly BufferPool _pool = new();
    private Canvas _film = null!;
    private Canvas _text = null!;
    private RectEncoders _encoders = null!;
    private PayloadWriter _output = null!;

    [Params(RfbEncoding.Tight, RfbEncoding.Zrle)]
    public RfbEncoding Encoding { get; set; }

    [Params(6, -1)]
    public int JpegQuality { get; set; }

    private EncodingClass Class => new(Encoding, PixelFormat.Bgrx, JpegQuality);

    [GlobalSetup]
    public void Setup()
    {
        Size size = new(1280, 800);
        _film = new Canvas(_pool, _pool.Root, size);
        _text = new Canvas(_pool, _pool.Root, size);
        _encoders = new RectEncoders(_pool, _pool.Root);
        _output = new PayloadWriter(_pool, BufferTag.Test, _pool.Root);
        DrawFilm();
        DrawText();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _film.Dispose();
        _text.Dispose();
        _encoders.Dispose();
        _output.Dispose();
        _pool.Dispose();
    }

    [Benchmark]
    public int FilmFrame() => Encode(_film, _film.Size.Bounds);

    [Benchmark]
    public int TextFrame() => Encode(_text, _text.Size.Bounds);

    [Benchmark]
    public int TextTile() => Encode(_text, Tile);

    private int Encode(Canvas canvas, Rect rect)
    {
        _output.Clear();
        _encoders.Encode(canvas, rect, Class, _output);
        return _output.Length;
    }

    /// <summary>Smooth waves with a little grain.</summary>
    private void DrawFilm()
    {
        Random random = new(1);
        for (int y = 0; y < _film.Size.Height; y++)
        {
            Span<uint> row = MemoryMarshal.Cast<byte, uint>(_film.Row(0, y, _film.Size.Width));
            for (int x = 0; x < row.Length; x++)
            {
                uint red = (uint)(128 + (90 * Math.Sin(x / 37.0)) + random.Next(8));
                uint green = (uint)(128 + (90 * Math.Sin(y / 29.0)) + random.Next(8));
                uint blue = (uint)(128 + (90 * Math.Sin((x + y) / 53.0)) + random.Next(8));
                row[x] = (red << 16) | (green << 8) | blue;
            }
        }
    }

    /// <summary>Lines of strokes with grey edges on white.</summary>
    private void DrawText()
    {
        Random random = new(1);
        _text.Fill(_text.Size.Bounds, 0xFFFFFF);
        for (int y = 2; y < _text.Size.Height; y += 14)
        {
            for (int x = 0; x < _text.Size.Width; x += 4 + random.Next(5))
            {
                _text.Fill(new Rect(x, y, 1, random.Next(4, 10)), 0);
                _text.Fill(new Rect(x + 1, y + 2, 1, random.Next(2, 8)), (uint)random.Next(16) * 0x101010);
            }
        }
    }
}
