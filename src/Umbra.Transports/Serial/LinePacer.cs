namespace Umbra.Transports.Serial;

/// <summary>
/// Knows by the clock what of the bytes written to a line is still in the kernel. The kernel would take seconds of them at once, and whatever is urgent would wait
/// behind. One user at a time.
/// </summary>
/// <param name="bytesPerSecond">Of the line.</param>
/// <param name="ahead">How long what is written may take to go out before more is.</param>
internal sealed class LinePacer(TimeProvider time, int bytesPerSecond, TimeSpan ahead)
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _idleAt;

    /// <summary>How long what was written takes to go out from now.</summary>
    public TimeSpan Backlog
    {
        get
        {
            TimeSpan now = time.GetElapsedTime(_start);
            return _idleAt > now ? _idleAt - now : TimeSpan.Zero;
        }
    }

    /// <summary>Waits until more may be written.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (Backlog - ahead is { Ticks: > 0 } wait)
        {
            // Whole milliseconds are waited, and the rest of one would be none.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancellationToken);
        }
    }

    /// <summary>So many bytes have been written.</summary>
    public void Add(int bytes) => _idleAt = time.GetElapsedTime(_start) + Backlog + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
}
