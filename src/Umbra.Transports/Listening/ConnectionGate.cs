namespace Umbra.Transports.Listening;

/// <summary>
/// Counts the connections of one or several listeners against <see cref="ConnectionLimits"/>. A gate may be inside another: one that is in both leaves both.
/// Thread-safe.
/// </summary>
/// <param name="outer">The gate that this one is inside of, as those of all listeners are inside the node's.</param>
/// <param name="mustSucceed">Who comes through here may take the places that the gates outside keep in reserve.</param>
public sealed class ConnectionGate(ConnectionLimits limits, TimeProvider time, ConnectionGate? outer = null, bool mustSucceed = false)
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
    public GateEntry? TryEnter() => TryEnter(mustSucceed);

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

    private GateEntry? TryEnter(bool mustSucceed)
    {
        GateEntry? outside = outer?.TryEnter(mustSucceed);
        lock (_lock)
        {
            if (time.GetElapsedTime(_windowStart) >= TimeSpan.FromSeconds(1))
            {
                _windowStart = time.GetTimestamp();
                _unauthenticated = 0;
            }

            bool isFull = _inside >= limits.MaxConnections - (mustSucceed ? 0 : limits.Reserve) || _unauthenticated >= limits.MaxUnauthenticatedPerSecond;
            if (!isFull && outside is null == outer is null)
            {
                _inside++;
                _unauthenticated++;
                return new GateEntry(this, _windowStart, outside);
            }

            _refused++;
        }

        outside?.Dispose();
        return null;
    }
}
