using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Umbra.Transports;

/// <summary>
/// A stream that was accepted, as Kestrel wants it. It has no <see cref="IConnectionSocketFeature"/>: who writes to a socket below it would write between what the stream
/// puts around its bytes.
/// </summary>
internal sealed class StreamConnection : ConnectionContext, IMemoryPoolFeature
{
    private const int ReadSize = 32 * 1024;

    private static long s_lastId;
    private readonly Stream _stream;
    private readonly StreamInput _input;
    private readonly StreamOutput _output;
    private readonly CancellationTokenSource _closed = new();
    private int _isDisposed;

    /// <param name="stream">Owned. Reads of no bytes wait until there are some; disposing it, from any thread, ends what waits for it.</param>
    /// <param name="writeBytes">What is gathered before it is written, at least.</param>
    public StreamConnection(Stream stream, int writeBytes, EndPoint local, EndPoint? remote, MemoryPool<byte> pool)
    {
        _stream = stream;
        MemoryPool = pool;
        _output = new StreamOutput(PipeWriter.Create(stream, new StreamPipeWriterOptions(pool, writeBytes, leaveOpen: true)), stream.Dispose);

        // Reads of no bytes first: a connection on which nothing comes holds no buffer.
        _input = new StreamInput(PipeReader.Create(stream, new StreamPipeReaderOptions(pool, ReadSize, minimumReadSize: 4096, leaveOpen: true, useZeroByteReads: true)));
        Transport = new DuplexPipe(_input, _output);
        ConnectionId = $"stream-{Interlocked.Increment(ref s_lastId)}";
        ConnectionClosed = _closed.Token;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Features.Set<IMemoryPoolFeature>(this);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    /// <summary>TLS above this takes its buffers here.</summary>
    public MemoryPool<byte> MemoryPool { get; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _stream.Dispose();
        try
        {
            // Not on the caller's thread: what hangs on the token belongs to the server.
            _closed.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _output.CompleteAsync();
            await _input.CompleteAsync();
            await _stream.DisposeAsync();
            await _closed.CancelAsync();
            _closed.Dispose();
        }

        await base.DisposeAsync();
    }
}
