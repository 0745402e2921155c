namespace Umbra.Transports.Tests.Packets;

/// <summary>What one direction of a wire does to packets. As it is by default it carries everything at once. Probabilities are per packet, 0 to 1.</summary>
internal sealed record WireConditions
{
    public TimeSpan Delay { get; init; }

    /// <summary>Up to so much is added to the delay of each packet, so that they overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    public double Loss { get; init; }

    /// <summary>Losses in bursts, in addition.</summary>
    public BurstLoss? Bursts { get; init; }

    public double Duplication { get; init; }

    /// <summary>One to three bits are changed.</summary>
    public double Corruption { get; init; }

    /// <summary>The end is cut off.</summary>
    public double Truncation { get; init; }

    /// <summary>Probability that a bit is changed, each on its own. A packet so damaged is dropped, as by a framing that checks a sum.</summary>
    public double BitErrors { get; init; }

    /// <summary>Bytes per second; null: no limit.</summary>
    public double? Rate { get; init; }

    /// <summary>Bytes on the wire beside each packet.</summary>
    public int Overhead { get; init; }

    /// <summary>Bytes that may wait where there is a <see cref="Rate"/>; what comes then is dropped.</summary>
    public int QueueBytes { get; init; } = 64 * 1024;

    /// <summary>Larger packets are dropped.</summary>
    public int MaxPacketBytes { get; init; } = int.MaxValue;

    /// <summary>When nothing gets through.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> Blackouts { get; init; } = [];
}
