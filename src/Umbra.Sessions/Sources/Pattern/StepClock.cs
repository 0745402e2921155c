namespace Umbra.Sessions.Sources.Pattern;

/// <summary>
/// Says when the next step is due, at an even rate; steps missed while nobody took them are not made up for. At rate 0 none ever is.
/// </summary>
internal sealed class StepClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _period;
    private readonly ITimer? _timer;
    private long _next;
    private int _isDue;

    public StepClock(TimeProvider time, double stepsPerSecond, Action onDue)
    {
        _time = time;
        if (stepsPerSecond <= 0)
        {
            return;
        }

        _period = (long)(time.TimestampFrequency / stepsPerSecond);
        _next = time.GetTimestamp() + _period;
        _timer = time.CreateTimer(_ => Fire(onDue), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm();
    }

    public bool IsDue => Volatile.Read(ref _isDue) != 0;

    /// <summary>True once per due step; the wait for the next one starts then.</summary>
    public bool TakeDue()
    {
        if (Interlocked.Exchange(ref _isDue, 0) == 0)
        {
            return false;
        }

        // A step taken late by more than one period starts a new row; otherwise the row goes on, so that the mean rate is exact.
        _next = Math.Max(_next + _period, _time.GetTimestamp());
        Arm();
        return true;
    }

    public void Dispose() => _timer?.Dispose();

    private void Fire(Action onDue)
    {
        Volatile.Write(ref _isDue, 1);
        onDue();
    }

    private void Arm()
    {
        long left = Math.Max(0, _next - _time.GetTimestamp());
        _timer!.Change(TimeSpan.FromSeconds((double)left / _time.TimestampFrequency), Timeout.InfiniteTimeSpan);
    }
}
