using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Umbra.Transports;

/// <summary>
/// What accepted connections have in common that are not Kestrel's own sockets. They have no <see cref="IConnectionSocketFeature"/>: who writes to a socket below would write
/// between what the driver puts around its bytes.
/// </summary>
internal abstract class DriverConnection : ConnectionContext, IMemoryPoolFeature
{
    private static long s_lastId;
    private readonly CancellationTokenSource _closed = new();
    private Task? _closing;
    private int _isDisposed;

    /// <param name="pool">For TLS above this.</param>
    protected DriverConnection(EndPoint local, EndPoint? remote, MemoryPool<byte> pool)
    {
        MemoryPool = pool;
        ConnectionId = $"driver-{Interlocked.Increment(ref s_lastId)}";
        ConnectionClosed = _closed.Token;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Features.Set<IMemoryPoolFeature>(this);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; } = null!;

    /// <summary>TLS above this takes its buffers here.</summary>
    public MemoryPool<byte> MemoryPool { get; }

    /// <summary>Closes both directions, and returns once whoever waits for the end has been told.</summary>
    public sealed override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await EndAsync();
            Closed();

            // A source that is disposed forgets whom it has not told yet.
            await _closing!;
            _closed.Dispose();
        }

        await base.DisposeAsync();
    }

    /// <summary>Ends both directions. Called once, by who disposes it.</summary>
    protected abstract ValueTask EndAsync();

    /// <summary>Says that it is over, at the first call. From any thread.</summary>
    protected void Closed()
    {
        lock (_closed)
        {
            // Not on the caller's thread: what hangs on the token belongs to the server.
            _closing ??= _closed.CancelAsync();
        }
    }
}
