using System.Buffers;
using Umbra.Transports.Reliable;
using Umbra.Transports.Tests.Packets;

namespace Umbra.Transports.Tests.Reliable;

/// <summary>What of a wire's rate arrives as bytes of the stream, one way, in virtual time: the same each time.</summary>
/// <param name="BitsPerSecond">From the first packet until the last byte was read.</param>
/// <param name="SendingsPerPacket">How often a packet of data was sent until it had arrived.</param>
internal readonly record struct Goodput(double BitsPerSecond, double SendingsPerPacket)
{
    /// <summary>10 Mb/s with 40 ms there and back and packets of 1400 bytes, 64 at once.</summary>
    /// <param name="loss">Probability that a packet is lost, both ways.</param>
    public static Goodput OfDatagrams(MemoryPool<byte> memory, double loss, bool hasCongestionControl)
    {
        ReliableOptions options = new() { PacketSizes = [1400], SendWindow = 64, ReceiveWindow = 64, MaxUnsent = 64, HasCongestionControl = hasCongestionControl };
        WireConditions wire = new() { Rate = 1_250_000, Delay = TimeSpan.FromMilliseconds(20), Loss = loss, Overhead = 58, QueueBytes = 128 * 1024 };
        return Measure(memory, FullFormat.Instance, options, wire, 8_000_000);
    }

    /// <summary>115200 baud.</summary>
    /// <param name="bitErrors">Probability that a bit is changed, both ways.</param>
    public static Goodput OfLine(MemoryPool<byte> memory, double bitErrors)
    {
        const int overhead = 7;
        const double rate = 11_520;
        WireConditions wire = new() { Rate = rate, BitErrors = bitErrors, Overhead = overhead, QueueBytes = 4096 };
        return Measure(memory, CompactFormat.Instance, ReliableOptions.Line(rate, 512, overhead), wire, 1_000_000);
    }

    private static Goodput Measure(MemoryPool<byte> memory, IReliableFormat format, ReliableOptions options, WireConditions wire, long bytes)
    {
        using ReliableStream near = new(ReliableRole.Connect, format, options, memory);
        using ReliableStream far = new(ReliableRole.Accept, format, options, memory);
        Courier writer = new(near, bytes, 0, seed: 1);
        Courier reader = new(far, 0, bytes, seed: 2);
        LossyLink link = new(near, far, wire)
        {
            Turn = () =>
            {
                writer.Turn();
                reader.Turn();
            },
        };
        bool hasArrived = link.Run(() => reader.Read == bytes, TimeSpan.FromHours(2));
        double sendings = near.Counters.Retransmitted;
        return hasArrived && reader.IsIntact
            ? new Goodput(bytes * 8 / link.Now.TotalSeconds, 1 + (sendings / (near.Counters.Sent - sendings)))
            : throw new InvalidOperationException($"{near.Failure} {far.Failure} {near.Counters}");
    }
}
