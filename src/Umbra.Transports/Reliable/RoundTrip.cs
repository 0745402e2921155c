namespace Umbra.Transports.Reliable;

/// <summary>How long answers take, and how long to wait for one: RFC 6298.</summary>
/// <param name="first">Waited before anything has been measured.</param>
/// <param name="growth">Each time it was in vain, so many times as long.</param>
internal sealed class RoundTrip(TimeSpan first, TimeSpan least, TimeSpan most, double growth)
{
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(10);

    private TimeSpan _variation;
    private double _patience = 1;

    /// <summary>Null until something has been measured.</summary>
    public TimeSpan? Smoothed { get; private set; }

    public TimeSpan Least { get; private set; } = TimeSpan.MaxValue;

    /// <summary>It takes noticeably longer than it has to.</summary>
    public bool IsCrowded => Smoothed is { } smoothed && smoothed > (Least * 1.5) + Grain;

    /// <summary>How long to wait before what was sent is sent again.</summary>
    public TimeSpan Timeout
    {
        get
        {
            TimeSpan spread = _variation * 4 > Grain ? _variation * 4 : Grain;
            TimeSpan timeout = Smoothed is { } smoothed ? smoothed + spread : first;
            timeout = (timeout > least ? timeout : least) * _patience;
            return timeout < most ? timeout : most;
        }
    }

    public void Sample(TimeSpan taken)
    {
        if (Smoothed is { } smoothed)
        {
            _variation = (_variation * 0.75) + ((smoothed - taken).Duration() * 0.25);
            Smoothed = (smoothed * 0.875) + (taken * 0.125);
        }
        else
        {
            Smoothed = taken;
            _variation = taken / 2;
        }

        Least = taken < Least ? taken : Least;
    }

    /// <summary>It was waited in vain.</summary>
    public void BackOff() => _patience = Timeout < most ? _patience * growth : _patience;

    /// <summary>Something new has arrived at the peer.</summary>
    public void Relax() => _patience = 1;
}
