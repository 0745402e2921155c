using System.IO.Compression;
using Umbra.Core.Memory;

namespace Umbra.Core.Codecs;

/// <summary>
/// Makes deflate segments that stand alone: each from a fresh stream, ended by a flush (00 00 FF FF), never finished. So any number of
/// them can follow each other in one inflater. A fresh stream costs about 200 bytes and 8 us; one with history would save about 30 %
/// of the bytes of text, but its bytes could not be shared between viewers.
/// </summary>
internal sealed class Deflater : IDisposable
{
    private static readonly ZLibCompressionOptions[] Levels =
        [.. Enumerable.Range(0, 10).Select(level => new ZLibCompressionOptions { CompressionLevel = level })];

    private readonly DeflateSink _sink = new();
    private Stream? _stream;

    /// <param name="level">0 to 9; taken to the nearest of them.</param>
    /// <param name="hasHeader">Whether the two bytes of a zlib header come first.</param>
    public void Begin(int level, bool hasHeader, PayloadWriter output)
    {
        Drop();
        ZLibCompressionOptions options = Levels[Math.Clamp(level, 0, 9)];
        _sink.Output = output;
        _stream = hasHeader ? new ZLibStream(_sink, options, leaveOpen: true) : new DeflateStream(_sink, options, leaveOpen: true);
    }

    public void Write(ReadOnlySpan<byte> data) => _stream!.Write(data);

    /// <summary>Flushes; at least one byte must have been written.</summary>
    public void End()
    {
        _stream!.Flush();
        Drop();
    }

    public void Dispose()
    {
        Drop();
        _sink.Dispose();
    }

    /// <summary>Closes a stream, also one that failed half way; its last words are dropped.</summary>
    private void Drop()
    {
        _sink.Output = null;
        _stream?.Dispose();
        _stream = null;
    }
}
