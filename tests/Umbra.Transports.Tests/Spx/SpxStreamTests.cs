using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Packets;
using Umbra.Transports.Spx;
using Umbra.Transports.Tests.Packets;

namespace Umbra.Transports.Tests.Spx;

public sealed class SpxStreamTests : PoolTest
{
    private static readonly string Vectors = RepositoryRoot.Combine("tests", "Umbra.Transports.Tests", "Vectors", "spx-conversation.hex");
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static TheoryData<string, int> Wires()
    {
        TheoryData<string, int> wires = [];
        foreach (string name in Conditions.Keys)
        {
            wires.Add(name, 1);
            wires.Add(name, 2);
            wires.Add(name, 3);
        }

        return wires;
    }

    private static Dictionary<string, WireConditions> Conditions { get; } = new()
    {
        ["perfect"] = new(),
        ["far away"] = new() { Delay = TimeSpan.FromMilliseconds(100) },
        ["1 % lost"] = SpxPair.Quiet with { Loss = 0.01 },
        ["10 % lost"] = SpxPair.Quiet with { Loss = 0.1 },
        ["30 % lost"] = SpxPair.Quiet with { Loss = 0.3 },
        ["in bursts"] = SpxPair.Quiet with { Bursts = new BurstLoss(0.01, 0.2) },
        ["out of order"] = SpxPair.Quiet with { Jitter = TimeSpan.FromMilliseconds(10), Duplication = 0.05, Loss = 0.01 },
        ["slow"] = new() { Delay = TimeSpan.FromMilliseconds(20), Rate = 125_000, Overhead = 58, QueueBytes = 16 * 1024 },
        ["dark"] = SpxPair.Quiet with { Blackouts = [(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(8))] },
    };

    private MemoryPool<byte> Memory => Pool.AsMemoryPool(BufferTag.TdSpx, Account);

    [Theory]
    [MemberData(nameof(Wires))]
    public void Carry_BothWays_ArrivesIntactAndEnds(string wire, int seed)
    {
        using SpxPair pair = new(Memory, Conditions[wire], seed: seed);
        Courier near = new(pair.Near, 300_000, 200_000, seed);
        Courier far = new(pair.Far, 200_000, 300_000, seed + 1);
        pair.Link.Turn = () =>
        {
            near.Turn();
            far.Turn();
        };
        Assert.True(pair.Link.Run(() => near.IsDone && far.IsDone && pair.Near.State == PacketStreamState.Ended && pair.Far.State == PacketStreamState.Ended, Hour), Describe(pair));
        Assert.True(near.IsIntact && far.IsIntact);
        Assert.Equal(300_000, pair.Near.Counters.PayloadSent);
        Assert.Equal(300_000, pair.Far.Counters.PayloadReceived);
        Assert.Equal(200_000, pair.Near.Counters.PayloadReceived);
        Assert.Equal(0, pair.Near.Counters.Bad + pair.Far.Counters.Bad);
        if (wire is "perfect" or "far away")
        {
            Assert.Equal(0, pair.Near.Counters.Retransmitted + pair.Far.Counters.Retransmitted);
        }

        // Nobody sends a window again where a packet was lost.
        long lost = pair.Link.There.Lost + pair.Link.Back.Lost;
        Assert.InRange(pair.Near.Counters.Retransmitted + pair.Far.Counters.Retransmitted, 0, (2 * lost) + 200);
    }

    [Fact]
    public void Carry_MorePacketsThanNumbers_Wraps()
    {
        using SpxPair pair = new(Memory, SpxPair.Quiet with { Loss = 0.002, Jitter = TimeSpan.FromMilliseconds(1) }, packetBytes: SpxHeader.Bytes + 16);
        Courier near = new(pair.Near, 70_000 * 16, 0, 1);
        Courier far = new(pair.Far, 0, 70_000 * 16, 2);
        pair.Link.Turn = () =>
        {
            near.Turn();
            far.Turn();
        };
        Assert.True(pair.Link.Run(() => near.IsDone && far.IsDone, Hour), Describe(pair));
        Assert.True(far.IsIntact);
        Assert.InRange(pair.Near.Counters.Sent, 70_000, 200_000);
    }

    /// <summary>Nothing that a peer or anybody else sends throws; what it does to a connection of theirs is their loss.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Receive_DamagedPackets_NeverThrows(int seed)
    {
        using SpxPair pair = new(Memory, SpxPair.Quiet with { Corruption = 0.2, Truncation = 0.1, Duplication = 0.1 }, seed: seed);
        Courier near = new(pair.Near, 100_000, 100_000, 1);
        Courier far = new(pair.Far, 100_000, 100_000, 2);
        pair.Link.Turn = () =>
        {
            near.Turn();
            far.Turn();
        };
        pair.Link.Run(() => pair.Near.State >= PacketStreamState.Ended && pair.Far.State >= PacketStreamState.Ended, Hour);
        Assert.InRange(pair.Near.Counters.Bad + pair.Far.Counters.Bad, 1, long.MaxValue);
    }

    [Fact]
    public void Conversation_OnAQuietWire_IsAsSpecified()
    {
        using SpxPair pair = new(Memory, SpxPair.Quiet);
        List<string> packets = [];
        pair.Link.Tap = (from, packet) => packets.Add($"{(from == pair.Near ? ">" : "<")} {Convert.ToHexString(packet)}");
        pair.Link.Run(() => false, TimeSpan.FromSeconds(1));
        pair.Near.Write("hi"u8);
        pair.Link.Run(() => true, TimeSpan.FromSeconds(1));
        pair.Near.CompleteWriting();
        Assert.True(pair.Link.Run(() => pair.Far.IsReadingCompleted || pair.Far.Read(new byte[9]) > 5, Minute));
        pair.Far.CompleteWriting();
        Assert.True(pair.Link.Run(() => pair.Near.State == PacketStreamState.Ended && pair.Far.State == PacketStreamState.Ended, Minute));
        Assert.Equal(File.ReadLines(Vectors).Where(line => line[0] is '<' or '>'), packets);
    }

    [Fact]
    public void Connect_NobodyAnswers_AsksFiveTimesAndFails()
    {
        using SpxPair pair = new(Memory, SpxPair.Quiet with { Loss = 1 });
        List<double> asked = [];
        pair.Link.Tap = (from, _) => asked.AddRange(from == pair.Near ? [pair.Link.Now.TotalSeconds] : []);
        Assert.True(pair.Link.Run(() => pair.Near.State == PacketStreamState.Failed, Hour));
        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5], asked);
        Assert.Equal((TransportError.TimedOut, "nobody answers"), (pair.Near.FailureKind, pair.Near.Failure));
        Assert.Equal(15.5, pair.Link.Now.TotalSeconds);
    }

    /// <summary>Whoever reads as long as there is something must come to an end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HasUnread_OnceItHasFailed_IsWhatReadGives(bool isAbortedHere)
    {
        using SpxPair pair = new(Memory, SpxPair.Quiet);
        pair.Link.Run(() => false, TimeSpan.FromSeconds(1));
        pair.Near.Write("unread"u8);
        Assert.True(pair.Link.Run(() => pair.Far.HasUnread, Minute));

        (isAbortedHere ? pair.Far : pair.Near).Abort("enough");
        Assert.True(pair.Link.Run(() => pair.Far.State == PacketStreamState.Failed, Minute));

        Assert.Equal(pair.Far.Read(new byte[1]) > 0, pair.Far.HasUnread);
    }

    [Fact]
    public void Accept_PeerIsNotHeardOf_FailsWithoutMemory()
    {
        using SpxStream far = SpxStream.Accept(Memory, SpxPair.PacketBytes, 9, SpxPair.Request);
        byte[] request = new byte[SpxHeader.Bytes];
        SpxPair.Request.Write(request);
        far.Receive(request, TimeSpan.Zero);
        Assert.Single(Drain(far, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(5), far.NextDue);
        Assert.Equal(0, Account.Bytes);
        Assert.Empty(Drain(far, TimeSpan.FromSeconds(5)));
        Assert.Equal(PacketStreamState.Failed, far.State);
    }

    [Fact]
    public void Accept_AskedAgain_AnswersTheSame()
    {
        using SpxStream far = SpxStream.Accept(Memory, SpxPair.PacketBytes, 9, SpxPair.Request);
        byte[] request = new byte[SpxHeader.Bytes];
        SpxPair.Request.Write(request);
        Assert.Empty(Drain(far, TimeSpan.Zero));
        far.Receive(request, TimeSpan.Zero);
        byte[] answer = Assert.Single(Drain(far, TimeSpan.Zero));
        far.Receive(request, TimeSpan.Zero);
        Assert.Equal(answer, Assert.Single(Drain(far, TimeSpan.Zero)));
        far.Receive([.. request[..2], 0x77, 0x77, .. request[4..]], TimeSpan.Zero);
        Assert.Empty(Drain(far, TimeSpan.Zero));
        Assert.Equal(1, far.Counters.Bad);
    }

    [Fact]
    public void Open_NoMemory_Fails()
    {
        using Account poor = Account.Open("poor", limit: 200 * 1024);
        using SpxPair pair = new(Pool.AsMemoryPool(BufferTag.TdSpx, poor), SpxPair.Quiet);
        Assert.True(pair.Link.Run(() => pair.Near.State == PacketStreamState.Failed, Minute));
        Assert.Contains("no memory", pair.Near.Failure!, StringComparison.Ordinal);
    }

    /// <summary>The packets that are named are lost once; they are sent again, and nothing else is, without a timeout.</summary>
    [Theory]
    [InlineData(new[] { 3 })]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 2, 3, 5 })]
    public void Send_SomeAreLost_ThoseAloneAreSentAgain(int[] lost)
    {
        using SpxPair pair = new(Memory, new WireConditions());
        pair.Open();
        byte[] text = new byte[10 * 534];
        new Random(1).NextBytes(text);
        Assert.Equal(text.Length, pair.Near.Write(text));
        TimeSpan now = pair.Link.Now;
        List<byte[]> packets = Drain(pair.Near, now);
        Assert.Equal(10, packets.Count);
        for (int i = 0; i < packets.Count; i++)
        {
            if (!lost.Contains(i))
            {
                pair.Far.Receive(packets[i], now);
            }
        }

        for (int round = 0; round < 5; round++)
        {
            Drain(pair.Far, now).ForEach(packet => pair.Near.Receive(packet, now));
            Drain(pair.Near, now).ForEach(packet => pair.Far.Receive(packet, now));
        }

        byte[] read = new byte[text.Length];
        Assert.Equal(text.Length, pair.Far.Read(read));
        Assert.Equal(text, read);
        Assert.Equal(lost.Length, pair.Near.Counters.Retransmitted);
        Assert.Equal(0, pair.Far.Counters.Duplicates);
    }

    [Fact]
    public void Send_NothingIsAcknowledged_IsSentAgainEverLaterAndFails()
    {
        using SpxPair pair = new(Memory, new WireConditions { Blackouts = [(TimeSpan.FromMilliseconds(1), TimeSpan.MaxValue)] });
        pair.Open();
        List<double> sent = [];
        pair.Link.Tap = (from, packet) => sent.AddRange(from == pair.Near && packet.Length > SpxHeader.Bytes ? [pair.Link.Now.TotalSeconds] : []);
        pair.Link.At(TimeSpan.FromSeconds(1), () => pair.Near.Write("hi"u8));
        Assert.True(pair.Link.Run(() => pair.Near.State == PacketStreamState.Failed && pair.Far.State == PacketStreamState.Failed, Hour));
        Assert.Equal([1, 1.2, 1.6, 2.4, 4, 7.2, 13.6, 23.6], sent.Select(time => Math.Round(time, 3)));
        Assert.Contains("not heard of", pair.Near.Failure!, StringComparison.Ordinal);
        Assert.InRange(pair.Link.Now.TotalSeconds, 30, 34);
    }

    [Fact]
    public void Idle_ForAnHour_StaysOpenWithFewQuestions()
    {
        using SpxPair pair = new(Memory, SpxPair.Quiet with { Loss = 0.05 });
        pair.Open();
        pair.Link.Run(() => false, Hour);
        Assert.True(pair.IsOpen, Describe(pair));
        Assert.InRange(pair.Near.Counters.Sent + pair.Far.Counters.Sent, 2000, 6000);
    }

    /// <summary>The reader rests for a minute, and the word that there is room again is lost.</summary>
    [Fact]
    public void Write_NobodyReads_StopsAtTheWindowAndGoesOn()
    {
        TimeSpan rest = TimeSpan.FromSeconds(60);
        using SpxPair pair = new(Memory, SpxPair.Quiet, SpxPair.Quiet with { Blackouts = [(rest - TimeSpan.FromSeconds(1), rest + TimeSpan.FromSeconds(2))] });
        Courier near = new(pair.Near, 1_000_000, 0, 1);
        Courier far = new(pair.Far, 0, 1_000_000, 2) { IsReading = false };
        pair.Link.Turn = () =>
        {
            near.Turn();
            far.Turn();
        };
        pair.Link.Run(() => false, rest - TimeSpan.FromSeconds(2));
        Assert.True(pair.IsOpen, Describe(pair));
        Assert.InRange(pair.Far.Counters.PayloadReceived, 60_000, 132_000);
        Assert.InRange(near.Written, 60_000, 264_000);
        Assert.Equal(0, pair.Near.Counters.Retransmitted);
        pair.Link.At(rest, () => far.IsReading = true);
        Assert.True(pair.Link.Run(() => far.IsDone, Hour), Describe(pair));
        Assert.True(far.IsIntact);
    }

    [Fact]
    public void CompleteWriting_OneSide_TheOtherGoesOn()
    {
        using SpxPair pair = new(Memory, SpxPair.Quiet with { Loss = 0.05 });
        pair.Open();
        pair.Near.CompleteWriting();
        Assert.Equal(0, pair.Near.Write("late"u8));
        Assert.True(pair.Link.Run(() => pair.Far.IsReadingCompleted, Minute));
        Courier far = new(pair.Far, 200_000, 0, 1);
        Courier near = new(pair.Near, 0, 200_000, 2);
        pair.Link.Turn = () =>
        {
            far.Turn();
            near.Turn();
        };
        Assert.True(pair.Link.Run(() => near.Read == 200_000 && pair.Near.State == PacketStreamState.Ended && pair.Far.State == PacketStreamState.Ended, Hour), Describe(pair));
        Assert.True(near.IsIntact);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void CompleteWriting_BothAtOnce_BothEnd(double loss)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            using SpxPair pair = new(Memory, SpxPair.Quiet with { Loss = loss }, seed: seed);
            pair.Open();
            pair.Near.CompleteWriting();
            pair.Far.CompleteWriting();
            Assert.True(pair.Link.Run(() => pair.Near.State >= PacketStreamState.Ended && pair.Far.State >= PacketStreamState.Ended, Minute), Describe(pair));
            Assert.True(pair.Near.IsReadingCompleted && pair.Far.IsReadingCompleted, Describe(pair));
            Assert.Equal((PacketStreamState.Ended, PacketStreamState.Ended), (pair.Near.State, pair.Far.State));
        }
    }

    /// <summary>A peer that knows no half of a connection: it answers our end with a system packet, and its own end is all it has.</summary>
    [Fact]
    public void CompleteWriting_PeerAnswersAsSpxDoes_BothEnd()
    {
        using SpxPair pair = new(Memory, new WireConditions());
        pair.Open();
        TimeSpan now = pair.Link.Now;
        pair.Near.CompleteWriting();
        Assert.Single(Drain(pair.Near, now));
        pair.Near.Receive(Convert.FromHexString("80FF56781234000000010007"), now);
        Assert.True(pair.Near.IsReadingCompleted);
        Assert.Empty(Drain(pair.Near, now));
        Assert.Empty(Drain(pair.Near, now + TimeSpan.FromSeconds(2)));
        Assert.Equal(PacketStreamState.Ended, pair.Near.State);
    }

    [Fact]
    public void Abort_OneSide_TheOtherIsTold()
    {
        using SpxPair pair = new(Memory, SpxPair.Quiet);
        pair.Open();
        pair.Near.Write("lost"u8);
        pair.Near.Abort("enough");
        Assert.Equal(0, pair.Near.Write("more"u8));
        Assert.True(pair.Link.Run(() => pair.Far.State == PacketStreamState.Failed, Minute));
        Assert.Equal("enough", pair.Near.Failure);
        Assert.Equal((TransportError.Reset, "the peer has broken off"), (pair.Far.FailureKind, pair.Far.Failure));
        Assert.False(pair.Far.IsReadingCompleted);
        Assert.Equal(TimeSpan.MaxValue, pair.Near.NextDue);
    }

    /// <summary>Of whoever does not know both numbers, or breaks the rules; each is counted and changes nothing.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("40001234567800000000")]
    [InlineData("400012345679000000000007AA")]
    [InlineData("400012355678000000000007AA")]
    [InlineData("400012345678000000010007AA")]
    [InlineData("400012345678700000000007AA")]
    [InlineData("4000123456784000000000F4AA")]
    [InlineData("40FC12345678000000000007")]
    [InlineData("40FD12345678000000000007")]
    [InlineData("80FE12345678700000000007")]
    [InlineData("8000123456780000800000F4")]
    [InlineData("400012345678000000004000AA")]
    [InlineData("C0004321FFFF000000000007")]
    public void Receive_BadPacket_IsCountedAndDropped(string hex)
    {
        using SpxPair pair = new(Memory, new WireConditions());
        pair.Open();
        pair.Far.Receive(Convert.FromHexString(hex), pair.Link.Now);
        Assert.Equal(1, pair.Far.Counters.Bad);
        Assert.Equal(0, pair.Far.Read(new byte[10]));
        Assert.True(pair.IsOpen);
        pair.Near.Write("good"u8);
        Assert.True(pair.Link.Run(() => pair.Far.Counters.PayloadReceived > 0, Minute));
    }

    [Fact]
    public void Receive_LongerThanOurs_FailsAndSaysWhy()
    {
        using SpxPair pair = new(Memory, new WireConditions());
        pair.Open();
        pair.Far.Receive([.. Convert.FromHexString("400012345678000000000007"), .. new byte[535]], pair.Link.Now);
        Assert.Contains("mtu", pair.Far.Failure!, StringComparison.Ordinal);
    }

    private static List<byte[]> Drain(SpxStream stream, TimeSpan now)
    {
        List<byte[]> packets = [];
        byte[] packet = new byte[stream.MaxPacketBytes];
        while (stream.Send(packet, now) is > 0 and var length)
        {
            packets.Add(packet[..length]);
        }

        return packets;
    }

    private static string Describe(SpxPair pair) =>
        $"at {pair.Link.Now}: near {pair.Near.State} {pair.Near.Failure} {pair.Near.Counters}, far {pair.Far.State} {pair.Far.Failure} {pair.Far.Counters}";
}
