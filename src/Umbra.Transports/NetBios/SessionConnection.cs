using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Umbra.Transports.NetBios;

/// <summary>
/// A session that was accepted, as Kestrel wants it. It has no <see cref="IConnectionSocketFeature"/>: who writes to the socket itself would write between the session's
/// headers.
/// </summary>
internal sealed class SessionConnection : ConnectionContext, IMemoryPoolFeature
{
    private const int ReadSize = 32 * 1024;

    private static long s_lastId;
    private readonly SessionStream _stream;
    private readonly PipeReader _input;
    private readonly SessionOutput _output;
    private readonly CancellationTokenSource _closed = new();
    private int _isDisposed;

    /// <param name="stream">Owned.</param>
    /// <param name="socket">Below it.</param>
    public SessionConnection(SessionStream stream, Socket socket, EndPoint local, EndPoint? remote, MemoryPool<byte> pool)
    {
        _stream = stream;
        Socket = socket;
        MemoryPool = pool;
        _output = new SessionOutput(PipeWriter.Create(stream, new StreamPipeWriterOptions(pool, SessionWriter.MaxChunkBytes, leaveOpen: true)), stream.Dispose);

        // Reads of no bytes first: a session on which nothing comes holds no buffer.
        _input = PipeReader.Create(stream, new StreamPipeReaderOptions(pool, ReadSize, minimumReadSize: 4096, leaveOpen: true, useZeroByteReads: true));
        Transport = new DuplexPipe(_input, _output);
        ConnectionId = $"netb-{Interlocked.Increment(ref s_lastId)}";
        ConnectionClosed = _closed.Token;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Features.Set<IMemoryPoolFeature>(this);
    }

    public Socket Socket { get; }

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
            await _closed.CancelAsync();
            _closed.Dispose();
        }

        await base.DisposeAsync();
    }
}
