using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Umbra.Transports.Lanes;

/// <summary>The server's side of a lane, as Kestrel wants it.</summary>
internal sealed class LaneConnection : ConnectionContext, IMemoryPoolFeature
{
    private static long s_lastId;
    private readonly Lane _lane;
    private readonly CancellationTokenSource _closed = new();
    private Task? _closing;
    private int _isDisposed;

    /// <param name="pool">For TLS above this.</param>
    public LaneConnection(Lane lane, EndPoint local, EndPoint? remote, MemoryPool<byte> pool)
    {
        _lane = lane;
        MemoryPool = pool;
        Transport = new DuplexPipe(lane.Server.Reader, lane.Server.Writer);
        ConnectionId = $"lane-{Interlocked.Increment(ref s_lastId)}";
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

    /// <summary>Called when the server aborts or closes it: what carries it may be waiting for something else.</summary>
    public Action? Ended { get; set; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _lane.Break("the connection was aborted");
        PeerClosed();
        Ended?.Invoke();
    }

    /// <summary>To be called when the client's side is closed, or what carries it has ended.</summary>
    public void PeerClosed()
    {
        lock (_closed)
        {
            // Not on the caller's thread: what hangs on the token belongs to the server.
            _closing ??= _closed.CancelAsync();
        }
    }

    /// <summary>Closes the server's side, and returns once whoever waits for the end has been told.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _lane.Server.Reader.Complete();
            _lane.Server.Writer.Complete();
            PeerClosed();
            Ended?.Invoke();

            // A source that is disposed forgets whom it has not told yet.
            await _closing!;
            _closed.Dispose();
        }

        await base.DisposeAsync();
    }
}
