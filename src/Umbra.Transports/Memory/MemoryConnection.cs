using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Umbra.Transports.Memory;

/// <summary>The server's side of a lane, as Kestrel wants it.</summary>
internal sealed class MemoryConnection : ConnectionContext, IMemoryPoolFeature
{
    private static long s_lastId;
    private readonly MemoryLane _lane;
    private readonly CancellationTokenSource _closed = new();
    private int _isDisposed;

    public MemoryConnection(MemoryLane lane, EndPoint endPoint, MemoryPool<byte> pool)
    {
        _lane = lane;
        MemoryPool = pool;
        Transport = new DuplexPipe(lane.Server.Reader, lane.Server.Writer);
        ConnectionId = $"memory-{Interlocked.Increment(ref s_lastId)}";
        ConnectionClosed = _closed.Token;
        LocalEndPoint = endPoint;
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
        _lane.Break();
        PeerClosed();
    }

    /// <summary>Called when the client's side is disposed.</summary>
    public void PeerClosed()
    {
        try
        {
            // Not on the caller's thread: what hangs on the token belongs to the server.
            _closed.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _lane.Server.Reader.Complete();
            _lane.Server.Writer.Complete();
            _closed.Dispose();
        }

        return base.DisposeAsync();
    }
}
