namespace Umbra.Transports.Lanes;

/// <summary>
/// Closes one end of a pipe exactly once and never under the feet of an operation: a pipe's end must not be completed while it is in use.
/// </summary>
internal sealed class LaneEnd(Action wake, Action complete)
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Closed = 2;
    private int _state;
    private volatile bool _isClosing;

    /// <exception cref="ObjectDisposedException">The end is closed.</exception>
    /// <exception cref="InvalidOperationException">It is in use.</exception>
    public void Enter()
    {
        ObjectDisposedException.ThrowIf(_isClosing, this);
        int was = Interlocked.CompareExchange(ref _state, Busy, Idle);
        ObjectDisposedException.ThrowIf(was == Closed, this);
        if (was == Busy)
        {
            throw new InvalidOperationException("one operation at a time");
        }
    }

    public void Leave()
    {
        // With a fence: what is read next must not be older.
        Interlocked.Exchange(ref _state, Idle);
        if (_isClosing)
        {
            TryClose();
        }
    }

    /// <summary>Closes now, or when the operation that is under way has been woken and leaves.</summary>
    public void Close()
    {
        _isClosing = true;
        if (!TryClose())
        {
            wake();
        }
    }

    public void ThrowIfClosing() => ObjectDisposedException.ThrowIf(_isClosing, this);

    private bool TryClose()
    {
        int was = Interlocked.CompareExchange(ref _state, Closed, Idle);
        if (was == Idle)
        {
            complete();
        }

        return was != Busy;
    }
}
