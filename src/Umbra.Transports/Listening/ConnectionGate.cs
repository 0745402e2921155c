namespace Umbra.Transports.Listening;

/// <summary>Counts the connections of one or several listeners against <see cref="ConnectionLimits"/>. Thread-safe.</summary>
public sealed class ConnectionGate(ConnectionLimits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _windowStart = time.GetTimestamp();
    private int _unauthenticated;
    private int _inside;
    private long _refused;

    /// <summary>Connections that are in.</summary>
    public int Count => Volatile.Read(ref _inside);

    /// <summary>Connections refused since the gate was made.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <returns>To be disposed when the connection ends; null where it must be closed at once.</returns>
    public GateEntry? TryEnter()
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_windowStart) >= TimeSpan.FromSeconds(1))
            {
                _windowStart = time.GetTimestamp();
                _unauthenticated = 0;
            }

            if (_inside >= limits.MaxConnections || _unauthenticated >= limits.MaxUnauthenticatedPerSecond)
            {
                _refused++;
                return null;
            }

            _inside++;
            _unauthenticated++;
            return new GateEntry(this, _windowStart);
        }
    }

    internal void Authenticated(long window)
    {
        lock (_lock)
        {
            if (window == _windowStart)
            {
                _unauthenticated--;
            }
        }
    }

    internal void Leave()
    {
        lock (_lock)
        {
            _inside--;
        }
    }
}
