namespace Umbra.Transports.Reliable;

/// <summary>Bounds and times of a <see cref="ReliableStream"/>. As they are by default they suit datagrams over networks that others use as well.</summary>
internal sealed record ReliableOptions
{
    /// <summary>Packets of these sizes are tried one after the other, in bytes with headers; the first is taken to get through.</summary>
    public IReadOnlyList<int> PacketSizes { get; init; } = [546, 994, 1370];

    /// <summary>Packets sent and not acknowledged. What is lost over and again is sent again from here.</summary>
    public int SendWindow { get; init; } = 256;

    /// <summary>Packets received and not read.</summary>
    public int ReceiveWindow { get; init; } = 256;

    /// <summary>Packets that may wait in any case, however few may be on their way: what waits is old when it arrives.</summary>
    public int MaxUnsent { get; init; } = 16;

    /// <summary>Others use the wire: less is sent where packets are lost (RFC 8085).</summary>
    public bool HasCongestionControl { get; init; } = true;

    /// <summary>Bytes per second that are not exceeded for long; null: no limit of ours.</summary>
    public double? MaxRate { get; init; }

    /// <summary>Set for a serial line: what it carries in bytes per second.</summary>
    public double? LineRate { get; init; }

    /// <summary>Bytes that the line carries beside each packet.</summary>
    public int LineOverhead { get; init; }

    /// <summary>Payload of the smallest packets that a bad line makes us send.</summary>
    public int LeastPayload { get; init; } = 64;

    /// <summary>Until something was measured, an answer is waited for so long.</summary>
    public TimeSpan FirstTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LeastTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan MostTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Waited in vain, the next time is so much longer.</summary>
    public double TimeoutGrowth { get; init; } = 2;

    /// <summary>Waited in vain so often, it is given up.</summary>
    public int MaxTimeouts { get; init; } = 12;

    /// <summary>Nothing new acknowledged for so long, it is given up.</summary>
    public TimeSpan MaxStall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>No answer to the first packet for so long, it is given up; null: never.</summary>
    public TimeSpan? ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Nothing heard for so long, the peer is asked.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Nothing heard for so long, it is given up.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>An acknowledgement waits so long for a second packet.</summary>
    public TimeSpan AckDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>A serial line of that rate in bytes per second: nobody else uses it, and it may be a while before anybody is at its other end.</summary>
    /// <param name="payload">Bytes of the largest packet without its header.</param>
    /// <param name="overhead">Bytes that the framing adds to each packet.</param>
    public static ReliableOptions Line(double rate, int payload, int overhead)
    {
        int size = payload + CompactFormat.Instance.Overhead;
        TimeSpan frame = TimeSpan.FromSeconds((size + overhead) / rate);
        TimeSpan first = (frame * 4) + TimeSpan.FromMilliseconds(150);
        TimeSpan least = TimeSpan.FromMilliseconds(300);
        return new ReliableOptions
        {
            PacketSizes = [size],
            SendWindow = CompactFormat.Instance.MaxWindow,
            ReceiveWindow = CompactFormat.Instance.MaxWindow,
            MaxUnsent = 2,
            HasCongestionControl = false,
            LineRate = rate,
            LineOverhead = overhead,
            FirstTimeout = first > least ? first : least,
            LeastTimeout = least,
            TimeoutGrowth = 1.5,
            MaxStall = TimeSpan.FromMinutes(2),
            ConnectTimeout = null,
            PingAfter = TimeSpan.FromSeconds(5),
            DeadAfter = TimeSpan.FromSeconds(20),
        };
    }
}
