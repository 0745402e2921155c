using System.IO.Compression;
using Umbra.Core.Memory;

namespace Umbra.Core.Codecs;

/// <summary>
/// Makes runs of deflate segments that stand alone: each run from a fresh stream, each segment ended by a flush (00 00 FF FF), none finished. So any number of
/// runs can follow each other in one inflater. A fresh stream costs about 8 us, and knows nothing of what was before: one that was never begun anew would save about 30 %
/// of the bytes of text, but its bytes could not be shared between viewers.
/// </summary>
internal sealed class Deflater : IDisposable
{
    private static readonly ZLibCompressionOptions[] Levels =
        [.. Enumerable.Range(0, 10).Select(level => new ZLibCompressionOptions { CompressionLevel = level })];

    private readonly DeflateSink _sink = new();
    private Stream? _stream;

    /// <summary>Whether a run is begun and not ended.</summary>
    public bool IsOpen => _stream is not null;

    /// <param name="level">0 to 9; taken to the nearest of them.</param>
    /// <param name="hasHeader">Whether the two bytes of a zlib header come first.</param>
    public void Begin(int level, bool hasHeader, PayloadWriter output)
    {
        End();
        ZLibCompressionOptions options = Levels[Math.Clamp(level, 0, 9)];
        _sink.Output = output;
        _stream = hasHeader ? new ZLibStream(_sink, options, leaveOpen: true) : new DeflateStream(_sink, options, leaveOpen: true);
    }

    public void Write(ReadOnlySpan<byte> data) => _stream!.Write(data);

    /// <summary>Ends a segment; at least one byte must have been written.</summary>
    public void Flush() => _stream!.Flush();

    /// <summary>Ends the run, and one that failed half way; nothing more is written.</summary>
    public void End()
    {
        _sink.Output = null;
        _stream?.Dispose();
        _stream = null;
    }

    public void Dispose()
    {
        End();
        _sink.Dispose();
    }
}
