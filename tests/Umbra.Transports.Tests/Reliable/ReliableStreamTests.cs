using Umbra.Testing;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;
using Umbra.Transports.Tests.Packets;

namespace Umbra.Transports.Tests.Reliable;

/// <summary>Whatever a wire does to packets, the bytes arrive as they were, or both sides know that they did not. All in virtual time.</summary>
public sealed class ReliableStreamTests : PoolTest
{
    private const int Megabyte = 1024 * 1024;
    private static readonly ReliableOptions Datagram = new();

    /// <summary>115200 baud.</summary>
    private static readonly ReliableOptions Line = ReliableOptions.Line(11520, 512, ReliablePair.LineOverhead);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Megabyte)]
    public void Transfer_OverAGoodWire_ArrivesBothWays(int bytes)
    {
        using ReliablePair pair = Datagrams(new WireConditions { Delay = TimeSpan.FromMilliseconds(5) }, seed: 1, bytes);

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
        Assert.True(pair.NearUser.IsIntact && pair.FarUser.IsIntact);
        Assert.Equal((bytes, bytes), (pair.Near.Counters.PayloadReceived, pair.Far.Counters.PayloadReceived));
        Assert.Equal((0, 0), (pair.Near.Counters.Bad, pair.Near.Counters.Retransmitted));
    }

    /// <summary>Loss of all kinds, doubles, packets that overtake each other, changed and cut ones, little bandwidth and a short queue, with seeds enough that they meet in all ways.</summary>
    [Fact]
    public void Transfer_OverAnyWire_ArrivesIntactOrFailsOnBothSides()
    {
        List<string> failed = [];
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            using ReliablePair pair = new(Pool, FullFormat.Instance, Datagram with { HasCongestionControl = seed % 2 == 0 }, AnyWire(random), AnyWire(random), seed, random.Next(100_000), random.Next(100_000));

            pair.RunToEnd();

            Assert.True(pair.NearUser.IsIntact && pair.FarUser.IsIntact, $"seed {seed}: {pair}");
            Assert.True(pair.HasEnded || (pair.Near.Failure is not null && pair.Far.Failure is not null), $"seed {seed}: {pair}");
            if (!pair.HasEnded)
            {
                failed.Add($"seed {seed}: {pair}");
            }
        }

        Assert.Empty(failed);
    }

    private static WireConditions AnyWire(Random random) => new()
    {
        Delay = TimeSpan.FromMilliseconds(random.Next(100)),
        Jitter = TimeSpan.FromMilliseconds(random.Next(4) * 10),
        Loss = random.Next(4) * 0.05,
        Bursts = random.Next(3) == 0 ? new BurstLoss(0.01, 0.2) : null,
        Duplication = random.Next(3) * 0.05,
        Corruption = random.Next(3) * 0.03,
        Truncation = random.Next(3) * 0.03,
        Rate = random.Next(3) switch { 0 => null, 1 => 1_250_000, _ => 30_000 },
        QueueBytes = random.Next(8, 100) * 1024,
        MaxPacketBytes = random.Next(3) == 0 ? 1000 : int.MaxValue,
    };

    private ReliablePair Datagrams(WireConditions wire, int seed, long bytes, ReliableOptions? options = null) =>
        new(Pool, FullFormat.Instance, options ?? Datagram, wire, wire, seed, bytes, bytes);
}
