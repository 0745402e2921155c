namespace Umbra.Transports.Reliable;

/// <summary>
/// How large packets are. Over datagrams: what the path carries, found by sending larger ones that carry nothing, so that a lost one costs nothing. Over a line: smaller where much is damaged, as a
/// smaller one is hit less often.
/// </summary>
internal sealed class PacketSize(ReliableOptions options, int overhead)
{
    private const int MaxProbes = 3;

    /// <summary>Frames after which is counted anew.</summary>
    private const int Sample = 100;

    /// <summary>So many of them damaged are no accident: nothing is gained by waiting for more.</summary>
    private const int Decisive = 8;
    private const int CleanRun = 500;

    private int _known;
    private int _probes;
    private bool _isProbing;
    private int _sent;
    private int _failed;
    private int _clean;

    /// <summary>Bytes of a packet with its header, at most.</summary>
    public int Current => Payload + overhead;

    public int Payload { get; private set; } = options.PacketSizes[0] - overhead;

    /// <summary>When the next size is to be tried; <see cref="TimeSpan.MaxValue"/>: all were.</summary>
    public TimeSpan ProbeAt { get; private set; } = options.PacketSizes.Count > 1 ? TimeSpan.Zero : TimeSpan.MaxValue;

    /// <summary>A size that was tried and not answered, over and again, is too large.</summary>
    public void Advance(TimeSpan now)
    {
        if (_isProbing && now >= ProbeAt)
        {
            _isProbing = false;
            ProbeAt = _probes < MaxProbes ? now : TimeSpan.MaxValue;
        }
    }

    /// <param name="patience">How long an answer is waited for.</param>
    /// <param name="bytes">Size of the packet to send.</param>
    public bool TryProbe(TimeSpan now, TimeSpan patience, out int bytes)
    {
        bytes = 0;
        if (_isProbing || now < ProbeAt)
        {
            return false;
        }

        bytes = options.PacketSizes[_known + 1];
        _isProbing = true;
        _probes++;
        ProbeAt = now + patience;
        return true;
    }

    /// <summary>A packet of that size has arrived.</summary>
    public void Confirm(int bytes)
    {
        if (!_isProbing || bytes != options.PacketSizes[_known + 1])
        {
            return;
        }

        _isProbing = false;
        _probes = 0;
        _known++;
        Payload = bytes - overhead;
        ProbeAt = _known + 1 < options.PacketSizes.Count ? TimeSpan.Zero : TimeSpan.MaxValue;
    }

    /// <summary>So many of a line's frames have arrived.</summary>
    public void Succeed(int count)
    {
        _clean += count;
        Count(count);
        if (options.LineRate is not null && _clean >= CleanRun)
        {
            _clean = 0;
            Payload = Math.Min(Payload * 2, options.PacketSizes[0] - overhead);
        }
    }

    /// <summary>One of a line's frames has not.</summary>
    public void Fail()
    {
        _clean = 0;
        _failed++;
        Count(1);
    }

    private void Count(int count)
    {
        _sent += count;
        if (options.LineRate is not null && _failed >= Decisive && ArePaidForByHalves((double)_failed / _sent))
        {
            Payload = Math.Max(Payload / 2, Math.Min(options.LeastPayload, Payload));
            _sent = _failed = 0;
        }

        if (_sent >= Sample)
        {
            _sent = _failed = 0;
        }
    }

    /// <summary>Frames of half the size are hit half as often, but of what the line carries more is overhead.</summary>
    private bool ArePaidForByHalves(double failed)
    {
        double frame = Current + options.LineOverhead;
        return Math.Sqrt(1 - failed) < frame / (frame + overhead + options.LineOverhead);
    }
}
