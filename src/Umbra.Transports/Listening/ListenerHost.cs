using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Transports.Listening;

/// <summary>
/// One open port: accepts, runs the handler for each connection, keeps every task. Disposing it closes the port, aborts the connections and
/// waits
/// for their handlers, at most <see cref="StopTimeout"/>.
/// </summary>
public sealed partial class ListenerHost : IAsyncDisposable
{
    private readonly IConnectionListener _listener;
    private readonly Func<ConnectionContext, Task> _handler;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<ConnectionContext, Task> _connections = new();
    private readonly Task _accepting;
    private int _isDisposed;

    internal ListenerHost(IConnectionListener listener, Func<ConnectionContext, Task> handler, ConnectionGate gate, ILogger logger)
    {
        _listener = listener;
        _handler = handler;
        _logger = logger;
        Gate = gate;
        _accepting = AcceptAsync();
    }

    /// <summary>How long disposing waits for handlers that do not end although their connection is aborted.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where it listens, with the port that was given for port 0.</summary>
    public EndPoint EndPoint => _listener.EndPoint;

    public ConnectionGate Gate { get; }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _listener.UnbindAsync();
        await _accepting;
        foreach (ConnectionContext connection in _connections.Keys)
        {
            connection.Abort(new ConnectionAbortedException("the listener was closed"));
        }

        try
        {
            await Task.WhenAll(_connections.Values).WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            LogStuck(EndPoint, _connections.Count);
        }

        await _listener.DisposeAsync();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (await _listener.AcceptAsync() is { } connection)
            {
                if (Gate.TryEnter() is { } entry)
                {
                    connection.Features.Set(entry);
                    Start(connection, entry);
                }
                else
                {
                    LogRefused(EndPoint, connection.RemoteEndPoint, Gate.Refused);
                    connection.Abort(new ConnectionAbortedException("too many connections"));
                    await connection.DisposeAsync();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            LogAcceptEnded(EndPoint, e);
        }
    }

    private void Start(ConnectionContext connection, GateEntry entry)
    {
        // The task must be in the table before it can take itself out.
        TaskCompletionSource registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = RunAsync(connection, entry, registered.Task);
        registered.SetResult();
    }

    private async Task RunAsync(ConnectionContext connection, GateEntry entry, Task registered)
    {
        await registered;
        try
        {
            await _handler(connection);
        }
        catch (Exception e) when (e is ProtocolException or QuotaExceededException or IOException or OperationCanceledException)
        {
            LogEnded(EndPoint, connection.RemoteEndPoint, e.Message);
        }
        catch (Exception e)
        {
            LogFailed(EndPoint, connection.RemoteEndPoint, e);
        }

        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception e)
        {
            LogFailed(EndPoint, connection.RemoteEndPoint, e);
        }

        entry.Dispose();
        _connections.TryRemove(connection, out _);
    }

    [LoggerMessage(LogLevel.Information, "{EndPoint}: connection from {Peer} ended: {Reason}")]
    private partial void LogEnded(EndPoint endPoint, EndPoint? peer, string reason);

    [LoggerMessage(LogLevel.Information, "{EndPoint}: refused a connection from {Peer}, the {Count}. here: this address, or the node (setting maxConnections), has as many as it may")]
    private partial void LogRefused(EndPoint endPoint, EndPoint? peer, long count);

    [LoggerMessage(LogLevel.Error, "{EndPoint}: the handler of the connection from {Peer} failed")]
    private partial void LogFailed(EndPoint endPoint, EndPoint? peer, Exception exception);

    [LoggerMessage(LogLevel.Error, "{EndPoint}: accepts no more connections")]
    private partial void LogAcceptEnded(EndPoint endPoint, Exception exception);

    [LoggerMessage(LogLevel.Warning, "{EndPoint}: {Count} connections did not end in time")]
    private partial void LogStuck(EndPoint endPoint, int count);
}
