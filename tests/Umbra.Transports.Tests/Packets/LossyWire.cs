namespace Umbra.Transports.Tests.Packets;

/// <summary>One direction of a <see cref="LossyLink"/>: what happens to a packet, and when it arrives. The same seed gives the same losses.</summary>
internal sealed class LossyWire(WireConditions conditions, int seed)
{
    private readonly Random _random = new(seed);
    private TimeSpan _freeAt;
    private bool _isBad;

    public long Packets { get; private set; }

    /// <summary>With <see cref="WireConditions.Overhead"/>.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those that never arrived.</summary>
    public long Lost { get; private set; }

    /// <param name="deliver">Called for what arrives, none, one or two packets, with the time of each.</param>
    public void Carry(ReadOnlySpan<byte> packet, TimeSpan now, Action<byte[], TimeSpan> deliver)
    {
        Packets++;
        Bytes += packet.Length + conditions.Overhead;
        TimeSpan? sent = Transmit(packet.Length + conditions.Overhead, now);
        if (sent is null || packet.Length > conditions.MaxPacketBytes || IsLost(packet.Length) || conditions.Blackouts.Any(dark => dark.From <= now && now < dark.To))
        {
            Lost++;
            return;
        }

        int copies = Happens(conditions.Duplication) ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            deliver(Damage(packet.ToArray()), sent.Value + conditions.Delay + (_random.NextDouble() * conditions.Jitter));
        }
    }

    /// <summary>When its last bit has left; null where the queue has no room for it.</summary>
    private TimeSpan? Transmit(int bytes, TimeSpan now)
    {
        if (conditions.Rate is not { } rate)
        {
            return now;
        }

        TimeSpan begin = _freeAt > now ? _freeAt : now;
        if ((begin - now).TotalSeconds * rate > conditions.QueueBytes)
        {
            return null;
        }

        return _freeAt = begin + TimeSpan.FromSeconds(bytes / rate);
    }

    private bool IsLost(int bytes)
    {
        if (conditions.Bursts is { } bursts)
        {
            _isBad = _isBad ? !Happens(bursts.End) : Happens(bursts.Begin);
            if (_isBad && Happens(bursts.Loss))
            {
                return true;
            }
        }

        return Happens(conditions.Loss)
            || (conditions.BitErrors > 0 && Happens(1 - Math.Pow(1 - conditions.BitErrors, 8 * (bytes + conditions.Overhead))));
    }

    private byte[] Damage(byte[] packet)
    {
        if (packet.Length > 0 && Happens(conditions.Corruption))
        {
            for (int bits = _random.Next(1, 4); bits > 0; bits--)
            {
                packet[_random.Next(packet.Length)] ^= (byte)(1 << _random.Next(8));
            }
        }

        return Happens(conditions.Truncation) ? packet[.._random.Next(packet.Length)] : packet;
    }

    private bool Happens(double probability) => probability > 0 && _random.NextDouble() < probability;
}
