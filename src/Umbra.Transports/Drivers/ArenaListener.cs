using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;

namespace Umbra.Transports.Drivers;

/// <summary>A listener, its connections and the account they rent under, which is closed with it.</summary>
internal sealed class ArenaListener : IConnectionListener
{
    /// <summary>For connections that were aborted to return what they hold.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly IConnectionListener _listener;
    private readonly ListenerArena _arena;
    private readonly TransportOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<ConnectionContext, TaskCompletionSource> _connections = new();
    private volatile string? _endedWhy;
    private int _isDisposed;
    private int _isRecycling;

    private ArenaListener(IConnectionListener listener, ListenerArena arena, TransportOptions options, ILogger logger)
    {
        _listener = listener;
        _arena = arena;
        _options = options;
        _logger = logger;
        Watch(arena.Account);
    }

    public EndPoint EndPoint => _listener.EndPoint;

    /// <summary>Connections that are open.</summary>
    public int Count => _connections.Count;

    /// <param name="bind">Opens the end point with this memory.</param>
    public static async ValueTask<ArenaListener> BindAsync(
        ListenerArena arena, TransportOptions options, ILogger logger, Func<ListenerArena, ValueTask<IConnectionListener>> bind)
    {
        try
        {
            return new ArenaListener(await bind(arena), arena, options, logger);
        }
        catch
        {
            arena.Account.Dispose();
            throw;
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        ConnectionContext? connection = await _listener.AcceptAsync(cancellationToken);
        if (connection is not null)
        {
            TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[connection] = closed;
            connection.ConnectionClosed.Register(() =>
            {
                _connections.TryRemove(connection, out _);
                closed.TrySetResult();
            });
            if (_endedWhy is { } why)
            {
                // Accepted while all others were being ended.
                connection.Abort(new ConnectionAbortedException(why));
            }
        }

        return connection;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => _listener.UnbindAsync(cancellationToken);

    /// <summary>To be called when the connections have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _listener.DisposeAsync();
            Close(_arena.Account);
        }
    }

    /// <summary>Ends all connections, those that are still being accepted too, and waits some seconds for who serves them to return what they hold.</summary>
    public Task EndAllAsync(string why)
    {
        _endedWhy = why;
        return AbortAllAsync(why, _arena.Account);
    }

    private async Task AbortAllAsync(string why, Account account)
    {
        // The dictionary's own way to copy: any other counts first, and has nulls where a connection ends meanwhile.
        KeyValuePair<ConnectionContext, TaskCompletionSource>[] connections = _connections.ToArray();
        foreach ((ConnectionContext connection, _) in connections)
        {
            connection.Abort(new ConnectionAbortedException(why));
        }

        // Aborted is not over: who serves them has to notice, and to return what it holds.
        await Task.WhenAll(connections.Select(c => c.Value.Task)).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (int i = 0; i < 50 && connections.Length > 0 && account.Blocks > 0; i++)
        {
            await Task.Delay(Grace / 50);
        }
    }

    private void Watch(Account account)
    {
        account.Explain(_arena.Tag, () => _connections.Count * _options.BytesPerConnection);
        account.Recycle = why => _ = RecycleAsync(why);
    }

    /// <summary>Cuts all connections, and takes back what they held; whoever connects again begins with a new account.</summary>
    private async Task RecycleAsync(string why)
    {
        if (Interlocked.Exchange(ref _isRecycling, 1) != 0)
        {
            return;
        }

        try
        {
            Account before = _arena.Renew();
            Watch(_arena.Account);
            await AbortAllAsync(why, before);
            await Task.Delay(Grace);
            Close(before);
        }
        finally
        {
            Volatile.Write(ref _isRecycling, 0);
        }
    }

    private void Close(Account account) => account.CloseAndTell($"driver {_arena.DriverName}, {account.Name}", _logger);
}
