namespace Umbra.Transports.Spx;

/// <summary>How long to wait for an acknowledgement, from the times others took (RFC 6298).</summary>
internal sealed class SpxTimeout
{
    private static readonly TimeSpan Initial = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastVariation = TimeSpan.FromMilliseconds(10);

    private TimeSpan? _smoothed;
    private TimeSpan _variation;
    private TimeSpan _base = Initial;

    public TimeSpan Value { get; private set; } = Initial;

    /// <summary>A packet that was sent once was acknowledged after this time.</summary>
    public void Sample(TimeSpan time)
    {
        if (_smoothed is { } smoothed)
        {
            _variation += ((smoothed - time).Duration() - _variation) / 4;
            _smoothed = smoothed + ((time - smoothed) / 8);
        }
        else
        {
            _smoothed = time;
            _variation = time / 2;
        }

        TimeSpan slack = _variation * 4;
        _base = Clamp(_smoothed.Value + (slack > LeastVariation ? slack : LeastVariation));
        Value = _base;
    }

    public void BackOff() => Value = Clamp(Value * 2);

    /// <summary>The peer has acknowledged something new.</summary>
    public void Reset() => Value = _base;

    private static TimeSpan Clamp(TimeSpan time) => time < Least ? Least : time > Most ? Most : time;
}
