namespace Umbra.Transports.Reliable;

/// <summary>
/// Spreads bytes over time: a packet may go while there is credit, and takes as much as it is long, even into debt. Credit grows with the rate, up to the burst: timers are coarse, and
/// who is woken late may make up for it.
/// </summary>
internal sealed class Pacer
{
    private double _credit;
    private TimeSpan _countedAt;
    private double _rate = double.PositiveInfinity;

    /// <param name="rate">Bytes per second; infinite: no pacing.</param>
    /// <param name="burst">Bytes at once.</param>
    public void Update(double rate, double burst, TimeSpan now)
    {
        _rate = rate;
        _credit = double.IsPositiveInfinity(rate) ? burst : Math.Min(burst, _credit + ((now - _countedAt).TotalSeconds * rate));
        _countedAt = now;
    }

    public void Spend(int bytes) => _credit -= bytes;

    /// <summary>When there is credit again, as of the last update; a time that has passed: there is.</summary>
    public TimeSpan FreeAt => _credit > 0 || double.IsPositiveInfinity(_rate) ? TimeSpan.Zero : _countedAt + TimeSpan.FromSeconds((1 - _credit) / _rate) + TimeSpan.FromTicks(1);
}
