using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Umbra.Transports.Tcp;

namespace Umbra.Transports.Drivers;

/// <summary>
/// An end point that stays with who listens on it while its driver is stopped and started: meanwhile it is closed, and nothing is accepted. What is accepted is counted.
/// </summary>
/// <param name="bind">Opens the end point.</param>
internal sealed class DriverListener(DriverCounters counters, Func<EndPoint, CancellationToken, ValueTask<ArenaListener>> bind, Action<DriverListener> disposed) : IConnectionListener
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArenaListener? _current;
    private int _generation;
    private EndPoint _endPoint = null!;
    private bool _isUnbound;
    private volatile bool _isDisposed;

    /// <summary>With the port that was given for port 0; it stays the same.</summary>
    public EndPoint EndPoint => _endPoint;

    /// <summary>Connections that are open.</summary>
    public int Count => _current?.Count ?? 0;

    /// <summary>Stays closed until it is opened.</summary>
    public void Wait(EndPoint endPoint) => _endPoint = endPoint;

    /// <summary>Opens, or opens again.</summary>
    public async ValueTask ResumeAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        ArenaListener opened = await bind(endPoint, cancellationToken);
        _endPoint = opened.EndPoint;
        bool isUnbound = Change(opened);
        if (isUnbound)
        {
            await opened.UnbindAsync(CancellationToken.None);
            if (_isDisposed)
            {
                await opened.DisposeAsync();
            }
        }
    }

    /// <summary>Closes, with all connections and their memory.</summary>
    public async ValueTask SuspendAsync(string why)
    {
        if (_current is { } current)
        {
            await current.UnbindAsync();
            Change(null);
            await current.EndAllAsync(why);
            await current.DisposeAsync();
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        int last = 0;
        while (true)
        {
            ArenaListener? current;
            int generation;
            Task changed;
            lock (_gate)
            {
                (current, generation, changed) = (_current, _generation, _changed.Task);
                if (_isUnbound && (current is null || generation == last))
                {
                    return null;
                }
            }

            // One that has given null was closed: whatever comes next is another. While it is waited for, nothing of the one before is held.
            if (current is null || generation == last)
            {
                current = null;
                await changed.WaitAsync(cancellationToken);
            }
            else if (await current.AcceptAsync(cancellationToken) is { } connection)
            {
                counters.AddConnection();
                connection.Features.Set(counters);
                if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket && TcpSegments.Count(socket, counters) is { } segments)
                {
                    connection.ConnectionClosed.Register(segments.Dispose);
                }

                connection.Transport = new DuplexPipe(new CountingReader(connection.Transport.Input, counters), new CountingWriter(connection.Transport.Output, counters));
                return connection;
            }
            else
            {
                last = generation;
            }
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        ArenaListener? current;
        lock (_gate)
        {
            _isUnbound = true;
            current = _current;
            _changed.TrySetResult();
        }

        if (current is not null)
        {
            await current.UnbindAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        disposed(this);
        await UnbindAsync();
        if (_current is { } current)
        {
            await current.DisposeAsync();
        }
    }

    private bool Change(ArenaListener? current)
    {
        lock (_gate)
        {
            _current = current;
            _generation++;
            _changed.TrySetResult();
            if (!_isUnbound)
            {
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return _isUnbound;
        }
    }
}
