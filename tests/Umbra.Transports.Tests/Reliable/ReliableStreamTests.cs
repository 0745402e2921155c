using System.Buffers;
using Umbra.Core.Memory;
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
    private static readonly ReliableOptions Line = ReliableOptions.Line(11_520, 512, ReliablePair.LineOverhead);
    private static readonly WireConditions GoodLine = new() { Rate = 11_520, Overhead = ReliablePair.LineOverhead, QueueBytes = 4096 };
    private static readonly WireConditions Near = new() { Delay = TimeSpan.FromMilliseconds(5) };

    private MemoryPool<byte> Memory => Pool.AsMemoryPool(BufferTag.Test, Account);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Megabyte)]
    public void Transfer_OverAGoodWire_ArrivesBothWays(int bytes)
    {
        using ReliablePair pair = Datagrams(Near, bytes);

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
        Assert.True(pair.NearUser.IsIntact && pair.FarUser.IsIntact);
        Assert.Equal((bytes, bytes), (pair.Near.Counters.PayloadReceived, pair.Far.Counters.PayloadReceived));
        Assert.Equal((0, 0), (pair.Near.Counters.Bad, pair.Near.Counters.Retransmitted));
    }

    /// <summary>
    /// Loss of all kinds, doubles, packets that overtake each other, changed and cut ones, little bandwidth and a short queue, with seeds enough that they meet in all ways. The worst of these wires lose
    /// every second question or its answer.
    /// </summary>
    [Fact]
    public void Transfer_OverAnyDatagrams_ArrivesIntactOrFailsOnBothSides() => RunAll(
        seeds: 200,
        maxFailed: 2,
        (random, seed) => new ReliablePair(Pool, FullFormat.Instance, Datagram with { HasCongestionControl = seed % 2 == 0 }, AnyWire(random), AnyWire(random), seed, random.Next(100_000), random.Next(100_000)));

    /// <summary>Between equals that both ask, on a line that keeps the order.</summary>
    [Fact]
    public void Transfer_OverAnyLine_ArrivesIntactOrFailsOnBothSides() => RunAll(
        seeds: 100,
        maxFailed: 2,
        (random, seed) =>
        {
            double rate = random.Next(3) switch { 0 => 960, 1 => 11_520, _ => 400_000 };
            WireConditions wire = GoodLine with { Rate = rate, BitErrors = random.Next(4) * 1e-4, Bursts = random.Next(3) == 0 ? new BurstLoss(0.01, 0.5) : null, Loss = random.Next(3) * 0.03 };
            ReliableOptions options = ReliableOptions.Line(rate, rate < 1000 ? 128 : 512, ReliablePair.LineOverhead);
            return new ReliablePair(Pool, CompactFormat.Instance, options, wire, wire, seed, random.Next(30_000), random.Next(30_000), ReliableRole.Either, ReliableRole.Either);
        });

    /// <summary>A session outlives what others do not, and what is written meanwhile arrives.</summary>
    [Fact]
    public void Transfer_NothingGetsThroughForAWhile_GoesOn()
    {
        using ReliablePair pair = Datagrams(Near with { Rate = 100_000, Blackouts = [(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20)), (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(45))] }, 2 * Megabyte);

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
    }

    [Fact]
    public void Transfer_NothingGetsThroughAnyMore_BothFailAndSayWhy()
    {
        using ReliablePair pair = Datagrams(Near with { Rate = 100_000, Blackouts = [(TimeSpan.FromSeconds(1), TimeSpan.MaxValue)] }, Megabyte);

        pair.RunToEnd();

        Assert.StartsWith("the peer acknowledged nothing for 3", pair.Near.Failure);
        Assert.StartsWith("the peer acknowledged nothing for 3", pair.Far.Failure);
    }

    [Fact]
    public void Idle_PeerVanishes_IsNoticed()
    {
        using ReliablePair pair = Datagrams(Near with { Blackouts = [(TimeSpan.FromMinutes(10), TimeSpan.MaxValue)] }, bytes: null);

        Assert.False(pair.Link.Run(() => pair.HasFailed, TimeSpan.FromMinutes(10)), pair.ToString());
        Assert.InRange(pair.Near.Counters.Sent, 20, 100);
        pair.Link.Run(() => pair.Near.Failure is not null && pair.Far.Failure is not null, ReliablePair.Limit);

        Assert.Equal(("nothing came from the peer for 60 s", "nothing came from the peer for 60 s"), (pair.Near.Failure, pair.Far.Failure));
    }

    [Fact]
    public void Connect_NobodyAnswers_FailsAfterAWhile()
    {
        using ReliablePair pair = Datagrams(Near with { Loss = 1 }, 1);

        pair.Link.Run(() => pair.HasFailed, ReliablePair.Limit);

        Assert.Equal((TransportError.TimedOut, "the peer did not answer for 30 s"), (pair.Near.FailureKind, pair.Near.Failure));
        Assert.InRange(pair.Near.Counters.Sent, 5, 12);
        Assert.Equal(PacketStreamState.Connecting, pair.Far.State);
    }

    /// <summary>Nobody can say how long a line has nobody at its other end.</summary>
    [Fact]
    public void Connect_LineIsPluggedInAfterAnHour_Opens()
    {
        TimeSpan plugged = TimeSpan.FromMinutes(50);
        using ReliablePair pair = Lines(GoodLine with { Blackouts = [(TimeSpan.Zero, plugged)] }, 100);

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
        Assert.InRange(pair.Link.Now, plugged, plugged + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Connect_PeerSaysNo_IsRefused()
    {
        using ReliableStream stream = new(ReliableRole.Connect, FullFormat.Instance, Datagram, Memory);
        byte[] packet = new byte[stream.MaxPacketBytes];
        int length = stream.Send(packet, TimeSpan.Zero);
        Assert.True(FullFormat.Instance.TryRead(packet.AsSpan(0, length), out ReliablePacket syn, out _));
        byte[] answer = new byte[stream.MaxPacketBytes];

        stream.Receive(answer.AsSpan(0, ReliableReset.Write(FullFormat.Instance, syn, answer)), TimeSpan.Zero);

        Assert.Equal((PacketStreamState.Failed, TransportError.Refused), (stream.State, stream.FailureKind));
    }

    /// <summary>A plug that connects a line with itself brings our own question back: nobody is there.</summary>
    [Fact]
    public void Connect_LineEchoes_StaysAlone()
    {
        using ReliableStream stream = new(ReliableRole.Either, CompactFormat.Instance, Line, Memory);
        byte[] packet = new byte[stream.MaxPacketBytes];
        for (int second = 0; second < 20; second++)
        {
            int length = stream.Send(packet, TimeSpan.FromSeconds(second));
            Assert.True(length > 0);
            stream.Receive(packet.AsSpan(0, length), TimeSpan.FromSeconds(second));
        }

        Assert.Equal(PacketStreamState.Connecting, stream.State);
    }

    /// <summary>One side begins anew: the other's session, of which it knows nothing, is over as soon as it asks.</summary>
    [Fact]
    public void Connect_PeerOfAnOldSessionAsks_OldOneFailsAndANewOneOpens()
    {
        using ReliablePair old = Lines(GoodLine, bytes: null);
        Assert.True(old.Link.Run(() => old.Near.State == PacketStreamState.Open && old.Far.State == PacketStreamState.Open, ReliablePair.Limit));
        using ReliableStream anew = new(ReliableRole.Either, CompactFormat.Instance, Line, Memory);
        LossyLink link = new(anew, old.Far, GoodLine);

        Assert.True(link.Run(() => old.Far.State == PacketStreamState.Failed, ReliablePair.Limit));

        Assert.Equal("the peer reset the session", old.Far.Failure);
        using ReliableStream other = new(ReliableRole.Either, CompactFormat.Instance, Line, Memory);
        LossyLink again = new(anew, other, GoodLine);
        Assert.True(again.Run(() => anew.State == PacketStreamState.Open && other.State == PacketStreamState.Open, ReliablePair.Limit));
    }

    /// <summary>Who does not read makes the peer wait, and holds no more than its window; once it reads, all arrives, though the word of it may be lost.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Read_StopsForAnHalfHour_HoldsItsWindowAndGoesOn(double loss)
    {
        using ReliablePair pair = Datagrams(Near with { Loss = loss }, Megabyte);
        pair.FarUser.IsReading = false;
        TimeSpan late = TimeSpan.FromMinutes(30);

        Assert.False(pair.Link.Run(() => pair.HasFailed, late), pair.ToString());
        Assert.InRange(Account.Bytes, 256 * 2048, 2 * 256 * 2048);
        pair.FarUser.IsReading = true;
        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
    }

    [Fact]
    public void CompleteWriting_OneDirection_OtherGoesOn()
    {
        using ReliablePair pair = new(Pool, FullFormat.Instance, Datagram, Near, Near, seed: 1, thereBytes: 100, backBytes: Megabyte);
        bool wasHalf = false;
        pair.Link.Run(
            () =>
            {
                wasHalf |= pair.FarUser.IsDone == false && pair.Far.IsReadingCompleted && pair.FarUser.Written < Megabyte;
                return pair.HasEnded;
            },
            ReliablePair.Limit);

        Assert.True(pair.HasEnded && wasHalf, pair.ToString());
    }

    /// <summary>Whoever reads as long as there is something must come to an end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HasUnread_OnceItHasFailed_IsWhatReadGives(bool isAbortedHere)
    {
        using ReliablePair pair = Datagrams(Near, bytes: null);
        pair.FarUser.IsReading = false;
        Assert.True(pair.Link.Run(() => pair.Far.State == PacketStreamState.Open && pair.Near.State == PacketStreamState.Open, ReliablePair.Limit));
        pair.Near.Write("unread"u8);
        Assert.True(pair.Link.Run(() => pair.Far.HasUnread, ReliablePair.Limit));

        (isAbortedHere ? pair.Far : pair.Near).Abort("enough");
        Assert.True(pair.Link.Run(() => pair.Far.State == PacketStreamState.Failed, ReliablePair.Limit));

        Assert.Equal(pair.Far.HasUnread, pair.Far.Read(new byte[1]) > 0);
        Assert.Equal(pair.Far.HasUnread, pair.Far.Read(new byte[100]) > 0);
    }

    [Fact]
    public void Abort_TellsThePeer()
    {
        using ReliablePair pair = Datagrams(Near, bytes: null);
        pair.Link.Run(() => pair.Far.State == PacketStreamState.Open, ReliablePair.Limit);

        pair.Near.Abort("enough");
        pair.Link.Run(() => pair.Far.State == PacketStreamState.Failed, ReliablePair.Limit);

        Assert.Equal(("enough", "the peer reset the session"), (pair.Near.Failure, pair.Far.Failure));
        Assert.Equal((TransportError.Other, TransportError.Reset), (pair.Near.FailureKind, pair.Far.FailureKind));
        Assert.Equal((TimeSpan.MaxValue, TimeSpan.MaxValue), (pair.Near.NextDue, pair.Far.NextDue));
    }

    /// <summary>What is no packet of this session changes nothing: random bytes, packets that were changed, and those of another session between the same two.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Receive_HostilePackets_ChangeNothing(bool isLine)
    {
        List<byte[]> recorded = [];
        using ReliablePair other = isLine ? Lines(GoodLine, 20_000) : Datagrams(Near, 20_000);
        other.Link.Tap = (_, packet) => recorded.Add(packet);
        other.RunToEnd();
        if (isLine)
        {
            // Only what says whose it is can be told from this session's.
            recorded.RemoveAll(packet => (ReliableType)(packet[0] & 0xF) is ReliableType.Data or ReliableType.Ack or ReliableType.Fin);
        }

        using ReliablePair pair = isLine ? Lines(GoodLine, 50_000) : Datagrams(Near, 300_000);
        Random random = new(1);
        pair.Link.Tap = (from, packet) =>
        {
            if (pair.Near.State != PacketStreamState.Open || pair.Far.State != PacketStreamState.Open)
            {
                // Until then a listener keeps nothing that could be changed.
                return;
            }

            ReliableStream to = from == pair.Near ? pair.Far : pair.Near;
            byte[] noise = new byte[random.Next(600)];
            random.NextBytes(noise);
            noise.AsSpan(0, Math.Min(4, noise.Length)).Fill(0xFF);
            pair.Link.Inject(to, noise);
            if (recorded.Count > 0)
            {
                pair.Link.Inject(to, recorded[random.Next(recorded.Count)]);
            }

            if (!isLine)
            {
                // A line's framing has a sum of its own, and lets nothing like this through.
                byte[] changed = [.. packet];
                changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
                pair.Link.Inject(to, changed);
                pair.Link.Inject(to, packet.AsSpan(0, random.Next(packet.Length)));
            }
        };

        pair.RunToEnd();

        Assert.True(pair.HasEnded && pair.NearUser.IsIntact && pair.FarUser.IsIntact, pair.ToString());
        Assert.True(pair.Near.Counters.Bad > 50 && pair.Far.Counters.Bad > 50, pair.ToString());
    }

    /// <summary>Somebody who sees the line's control packets, or guesses: with one number wrong, a reset is none.</summary>
    [Fact]
    public void Receive_ResetWithAnythingWrong_IsDropped()
    {
        using ReliablePair pair = Datagrams(Near, bytes: null);
        ReliablePacket last = default;
        pair.Link.Tap = (from, packet) =>
        {
            if (from == pair.Near)
            {
                Assert.True(FullFormat.Instance.TryRead(packet, out last, out _));
            }
        };
        pair.Link.Run(() => pair.Near.State == PacketStreamState.Open && pair.Link.Now > TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(40));
        ReliablePacket reset = last with { Type = ReliableType.Reset };
        ReliablePacket[] wrong =
        [
            reset with { Source = reset.Source ^ 1 }, reset with { Destination = reset.Destination ^ 1 }, reset with { Destination = 0 }, reset with { Sequence = reset.Sequence - 1 },
            reset with { Sequence = reset.Sequence + 2000 }, reset with { Source = reset.Destination, Destination = reset.Source },
        ];
        foreach (ReliablePacket packet in wrong)
        {
            Inject(pair, packet);
            Assert.Equal(PacketStreamState.Open, pair.Far.State);
        }

        Assert.Equal(wrong.Length, pair.Far.Counters.Bad);
        Inject(pair, reset);
        Assert.Equal("the peer reset the session", pair.Far.Failure);
    }

    /// <summary>Acknowledging what was never sent, or sending beyond the window or after the end, is dropped and counted.</summary>
    [Fact]
    public void Receive_PacketsOfTheSessionThatBreakItsRules_AreDropped()
    {
        using ReliablePair pair = Datagrams(Near, bytes: null);
        ReliablePacket last = default;
        pair.Link.Tap = (from, packet) => _ = from == pair.Near && FullFormat.Instance.TryRead(packet, out last, out _);
        pair.Link.Run(() => pair.Near.State == PacketStreamState.Open && pair.Link.Now > TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(40));
        ReliablePacket data = last with { Type = ReliableType.Data };

        Inject(pair, data with { Acknowledged = data.Acknowledged + 1 }, [1]);
        Inject(pair, data with { Sequence = data.Sequence + 256 }, [1]);
        Inject(pair, data, []);
        Inject(pair, data with { Type = ReliableType.Fin }, [1]);
        Assert.Equal((4, 0), (pair.Far.Counters.Bad, pair.Far.Counters.PayloadReceived));

        Inject(pair, data with { Sequence = data.Sequence + 1, Type = ReliableType.Fin });
        Inject(pair, data with { Sequence = data.Sequence + 2 }, [1]);
        Inject(pair, data with { Sequence = data.Sequence + 3, Type = ReliableType.Fin });
        Assert.Equal((6, 0), (pair.Far.Counters.Bad, pair.Far.Counters.PayloadReceived));

        Inject(pair, data, [7]);
        byte[] read = new byte[10];
        Assert.Equal(1, pair.Far.Read(read));
        Assert.True(pair.Far.IsReadingCompleted);
    }

    /// <summary>Larger packets are tried until one does not get through; trying is no congestion.</summary>
    [Theory]
    [InlineData(600, 546)]
    [InlineData(1000, 994)]
    [InlineData(1500, 1370)]
    public void PacketSize_OverDatagrams_IsWhatThePathCarries(int path, int expected)
    {
        using ReliablePair pair = Datagrams(Near with { MaxPacketBytes = path }, Megabyte);
        int largest = 0;
        pair.Link.Tap = (_, packet) =>
        {
            FullFormat.Instance.TryRead(packet, out ReliablePacket header, out ReadOnlySpan<byte> _);
            largest = header.Type == ReliableType.Data ? Math.Max(largest, packet.Length) : largest;
        };

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
        Assert.Equal((expected, 0), (largest, pair.Near.Counters.Retransmitted));
    }

    /// <summary>A line that damages much gets small frames, and larger ones again once it is better.</summary>
    [Fact]
    public void PacketSize_OverALine_FollowsItsErrors()
    {
        using ReliablePair pair = Lines(GoodLine with { BitErrors = 3e-4 }, 200_000);
        List<int> sizes = [];
        pair.Link.Tap = (from, packet) =>
        {
            if (from == pair.Near && (packet[0] & 0xF) == (byte)ReliableType.Data)
            {
                sizes.Add(packet.Length);
            }
        };

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
        Assert.InRange(sizes[0], 512, 519);
        Assert.InRange(sizes[^10..].Max(), 64, 128 + 7);

        PacketSize size = new(Line, CompactFormat.Instance.Overhead);
        for (int i = 0; i < 1000; i++)
        {
            size.Fail();
        }

        Assert.Equal(64, size.Payload);
        size.Succeed(499);
        Assert.Equal(64, size.Payload);
        size.Succeed(1);
        Assert.Equal(128, size.Payload);
        size.Succeed(500);
        size.Succeed(500);
        size.Succeed(500);
        Assert.Equal(512, size.Payload);
    }

    /// <summary>What waits in a line's kernel buffer is in front of what is urgent: never more than two frames do.</summary>
    [Fact]
    public void Send_OverALine_KeepsTwoFramesInTheKernel()
    {
        using ReliablePair pair = Lines(GoodLine with { QueueBytes = 2 * (519 + ReliablePair.LineOverhead) }, 100_000);

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
        Assert.Equal((0, 0), (pair.Link.There.Lost, pair.Link.Back.Lost));
    }

    [Fact]
    public void Send_WithAMaxRate_KeepsIt()
    {
        using ReliablePair pair = Datagrams(Near, Megabyte, Datagram with { MaxRate = 100_000 });

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
        Assert.InRange(pair.Link.There.Bytes / pair.Link.Now.TotalSeconds, 85_000, 105_000);
    }

    /// <summary>A wire whose queue is short is used in full, and little is lost in it.</summary>
    [Fact]
    public void Send_QueueOverflows_GoesSlower()
    {
        WireConditions wire = new() { Rate = 125_000, Delay = TimeSpan.FromMilliseconds(20), QueueBytes = 32 * 1024 };
        using ReliablePair pair = new(Pool, FullFormat.Instance, Datagram, wire, wire, seed: 1, Megabyte, 0);

        pair.RunToEnd();

        Assert.True(pair.HasEnded, pair.ToString());
        Assert.InRange(pair.Link.There.Lost, 1, pair.Link.There.Packets / 30);
        Assert.InRange(pair.Link.Now.TotalSeconds, 8, 10);
    }

    /// <summary>Memory that is refused is as a packet that is lost, or ends the session with that reason; nothing is thrown.</summary>
    [Theory]
    [InlineData(20, true)]
    [InlineData(3, false)]
    public void Transfer_MemoryIsShort_ArrivesOrFailsClearly(int kibibytes, bool arrives)
    {
        Account poor = Account.Open("poor", kibibytes * 1024);
        ReliablePair pair = new(Pool, FullFormat.Instance, Datagram, Near with { Jitter = TimeSpan.FromMilliseconds(5) }, Near, seed: 1, 200_000, 100, farAccount: poor);

        pair.RunToEnd();
        pair.Dispose();

        Assert.Equal(arrives, pair.HasEnded);
        Assert.True(arrives || (pair.Near.Failure is not null && pair.Far.Failure is not null), pair.ToString());
        Assert.InRange(poor.PeakBytes, 2048, kibibytes * 1024);
        Assert.Equal(0, poor.Bytes);
    }

    private static void RunAll(int seeds, int maxFailed, Func<Random, int, ReliablePair> make)
    {
        List<string> failed = [];
        for (int seed = 0; seed < seeds; seed++)
        {
            using ReliablePair pair = make(new Random(seed), seed);

            pair.RunToEnd();

            Assert.True(pair.NearUser.IsIntact && pair.FarUser.IsIntact, $"seed {seed}: {pair}");
            if (!pair.HasEnded)
            {
                Assert.True(pair.Near.Failure is not null && pair.Far.Failure is not null, $"seed {seed}: {pair}");
                failed.Add($"seed {seed}: {pair}");
            }
        }

        Assert.True(failed.Count <= maxFailed, string.Join('\n', failed));
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

    /// <summary>To the far side, as from the near one.</summary>
    private static void Inject(ReliablePair pair, in ReliablePacket packet, ReadOnlySpan<byte> payload = default)
    {
        byte[] bytes = new byte[FullFormat.Instance.Overhead + payload.Length];
        pair.Link.Inject(pair.Far, bytes.AsSpan(0, FullFormat.Instance.Write(packet, payload, bytes)));
    }

    /// <param name="bytes">Each way; null: neither ends.</param>
    private ReliablePair Datagrams(WireConditions wire, long? bytes, ReliableOptions? options = null) => new(Pool, FullFormat.Instance, options ?? Datagram, wire, wire, seed: 1, bytes, bytes);

    private ReliablePair Lines(WireConditions wire, long? bytes) => new(Pool, CompactFormat.Instance, Line, wire, wire, seed: 1, bytes, bytes, ReliableRole.Either, ReliableRole.Either);
}
