namespace Umbra.Transports.Spx;

/// <summary>How many packets may be under way for the network's sake (RFC 5681, as RFC 8085 asks of what is carried over UDP).</summary>
internal sealed class SpxCongestion
{
    private const double Initial = 10;
    private const double Least = 2;
    private double _threshold = double.MaxValue;

    public double Window { get; private set; } = Initial;

    /// <param name="packets">How many were acknowledged.</param>
    /// <param name="underWay">Before that: a window that is not used does not grow.</param>
    public void Acked(int packets, long underWay)
    {
        if (underWay >= Window / 2)
        {
            Window += Window < _threshold ? Math.Min(packets, Math.Max(1, _threshold - Window)) : packets / Window;
        }
    }

    /// <summary>One was lost; others arrive.</summary>
    public void Lost(long underWay)
    {
        _threshold = Math.Max(Least, underWay / 2.0);
        Window = _threshold;
    }

    /// <summary>Nothing was heard for a whole <see cref="SpxTimeout"/>.</summary>
    /// <param name="isFirst">Not after another without anything acknowledged in between.</param>
    public void TimedOut(long underWay, bool isFirst)
    {
        _threshold = isFirst ? Math.Max(Least, underWay / 2.0) : _threshold;
        Window = 1;
    }

    /// <summary>Nothing was sent for a while: what the network takes now is not known.</summary>
    public void Rested() => Window = Math.Min(Window, Initial);
}
