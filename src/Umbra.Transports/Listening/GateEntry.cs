namespace Umbra.Transports.Listening;

/// <summary>
/// One connection's place inside a gate. A handler finds it among the connection's features and says when it knows who is there.
/// </summary>
public sealed class GateEntry : IDisposable
{
    private readonly ConnectionGate _gate;
    private readonly long _window;
    private readonly GateEntry? _outside;
    private int _isAuthenticated;
    private int _hasLeft;

    internal GateEntry(ConnectionGate gate, long window, GateEntry? outside)
    {
        _gate = gate;
        _window = window;
        _outside = outside;
    }

    /// <summary>Whether <see cref="MarkAuthenticated"/> was called.</summary>
    public bool IsAuthenticated => Volatile.Read(ref _isAuthenticated) != 0;

    /// <summary>The peer has proven who it is and no longer counts against the rate of strangers.</summary>
    public void MarkAuthenticated()
    {
        if (Interlocked.Exchange(ref _isAuthenticated, 1) == 0)
        {
            _gate.Authenticated(_window);
            _outside?.MarkAuthenticated();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _hasLeft, 1) == 0)
        {
            _gate.Leave();
            _outside?.Dispose();
        }
    }
}
