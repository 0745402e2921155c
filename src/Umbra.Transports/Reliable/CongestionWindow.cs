namespace Umbra.Transports.Reliable;

/// <summary>
/// How many packets may be on their way without hurting others, as RFC 8085 asks of whoever sends datagrams: slow start from ten until packets begin to
/// wait on their way, then one more each round trip; less by a third part when something is lost, once for all that was on its way then (RFC 5681, RFC 6582).
/// </summary>
internal sealed class CongestionWindow
{
    private const double First = 10;
    private const double Least = 2;
    private const double Cut = 0.7;

    private double _packets = First;
    private double _threshold = double.MaxValue;
    private long _recoversAt;

    public int Packets => (int)_packets;

    /// <param name="count">Packets that have arrived.</param>
    /// <param name="inFlight">On their way before that: a window that is not used says nothing about the wire, and does not grow.</param>
    /// <param name="order">The how manieth that was sent the last of them was: until what was lost has been made up for, nothing grows.</param>
    public void Acknowledge(int count, int inFlight, long order)
    {
        if (inFlight * 2 < _packets || order < _recoversAt)
        {
            return;
        }

        _packets += _packets < _threshold ? count : count / _packets;
    }

    /// <summary>Packets take longer than they have to: a queue builds up, and twice as much would overflow it (as in RFC 9406).</summary>
    public void Crowd() => _threshold = Math.Min(_threshold, _packets);

    /// <param name="order">The how manieth that was sent is lost.</param>
    /// <param name="next">The how manieth will be sent next.</param>
    public void Lose(long order, long next)
    {
        if (order < _recoversAt)
        {
            return;
        }

        _recoversAt = next;
        _threshold = _packets = Math.Max(Least, _packets * Cut);
    }

    /// <summary>Nothing has come back: begin anew, slowly.</summary>
    public void TimeOut(long next)
    {
        _recoversAt = next;
        _threshold = Math.Max(Least, _packets * Cut);
        _packets = Least;
    }

    /// <summary>Nothing was sent for a while: what was known of the wire may no longer be so.</summary>
    public void Rest() => _packets = Math.Min(_packets, First);
}
