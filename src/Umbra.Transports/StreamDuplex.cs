using System.Buffers;
using System.IO.Pipelines;

namespace Umbra.Transports;

/// <summary>
/// A connected stream as a pair of pipes whose buffers come from our pool. Owns the stream. One reader and one writer at a time;
/// a flush waits while the peer does not read, so nothing piles up here.
/// </summary>
public sealed class StreamDuplex : IDuplexPipe, IAsyncDisposable
{
    /// <summary>The most it holds while its user flushes at least each 64 KiB: two reads, and what is not flushed, in blocks half full.</summary>
    public const long MostBytes = 512 * 1024;

    private const int ReadSize = 32 * 1024;
    private readonly Stream _stream;

    /// <param name="pool">From <see cref="Core.Memory.BufferPool.AsMemoryPool"/> or <see cref="Drivers.IDriverMemory"/>.</param>
    public StreamDuplex(Stream stream, MemoryPool<byte> pool)
    {
        _stream = stream;
        Input = ReaderOf(stream, pool);
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(pool, minimumBufferSize: 4096, leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Ends the connection now, from any thread: a read or a flush that is waiting fails.</summary>
    public void Abort() => _stream.Dispose();

    /// <summary>Of what a stream brings. It reads no bytes first: a connection on which nothing comes holds no buffer.</summary>
    internal static PipeReader ReaderOf(Stream stream, MemoryPool<byte> pool) =>
        PipeReader.Create(stream, new StreamPipeReaderOptions(pool, ReadSize, minimumReadSize: 4096, leaveOpen: true, useZeroByteReads: true));

    /// <summary>
    /// To be called once reading and writing have ended (<see cref="Abort"/> ends them). What was not flushed is dropped.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await Input.CompleteAsync();

        // With an exception it does not try to flush into the closed stream.
        await Output.CompleteAsync(new ObjectDisposedException(nameof(StreamDuplex)));
    }
}
