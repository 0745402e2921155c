using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;
using Umbra.Transports.Serial;
using Umbra.Transports.Tests.Packets;

namespace Umbra.Transports.Tests.Reliable;

/// <summary>Conversations from the first packet to the last, as Vectors/ has them: whoever reads them later reads what is said today.</summary>
public sealed class ConversationTests : PoolTest
{
    private static readonly ReliableSession Client = new(0x1234, 0, 0x01020304, 0);
    private static readonly ReliableSession Server = new(0x5678, 0, 0xf1f2f3f4, 0);

    private MemoryPool<byte> Memory => Pool.AsMemoryPool(BufferTag.Test, Account);

    /// <summary>Without the long packets that try how long packets may be.</summary>
    [Fact]
    public void Ipx_OnAQuietWire_IsAsRecorded() =>
        Assert.Equal(Recorded("ipx"), Hold(FullFormat.Instance, new ReliableOptions { PacketSizes = [546] }, Client, Server).Select(packet => $"{packet.From} {Convert.ToHexString(packet.Bytes)}"));

    /// <summary>With their frames, on a line whose flow control is of XON and XOFF.</summary>
    [Fact]
    public void Serial_OnAQuietLine_IsAsRecorded()
    {
        ReliableOptions options = ReliableOptions.Line(11_520, 512, ReliablePair.LineOverhead);
        Assert.Equal(Recorded("serial"), Hold(CompactFormat.Instance, options, Client with { LocalStart = 0 }, Server with { LocalStart = 0 }).Select(packet =>
        {
            byte[] frame = new byte[HdlcFrame.MaxBytes(packet.Bytes.Length)];
            return $"{packet.From} {Convert.ToHexString(frame.AsSpan(0, HdlcFrame.Write(packet.Bytes, frame, escapesFlowControl: true)))}";
        }));
    }

    private static IEnumerable<string> Recorded(string name) =>
        File.ReadLines(RepositoryRoot.Combine("tests", "Umbra.Transports.Tests", "Vectors", $"{name}-conversation.hex")).Where(line => line[0] is '<' or '>');

    /// <summary>The client says "hi" and ends; the server answers with the three bytes that frames escape, and ends.</summary>
    private List<(char From, byte[] Bytes)> Hold(IReliableFormat format, ReliableOptions options, ReliableSession client, ReliableSession server)
    {
        using ReliableStream near = new(ReliableRole.Connect, format, options, Memory, client);
        using ReliableStream far = new(ReliableRole.Accept, format, options, Memory, server);
        List<(char, byte[])> packets = [];
        LossyLink link = new(near, far, new WireConditions { Delay = TimeSpan.FromMilliseconds(5) })
        {
            Tap = (from, packet) => packets.Add((from == near ? '>' : '<', packet)),
        };
        TimeSpan minute = TimeSpan.FromMinutes(1);
        byte[] read = new byte[9];
        Assert.True(link.Run(() => near.State == PacketStreamState.Open && far.State == PacketStreamState.Open, minute));
        near.Write("hi"u8);
        near.CompleteWriting();
        Assert.True(link.Run(() => far.Read(read) == 2, minute));
        far.Write([0x7e, 0x7d, 0x11]);
        far.CompleteWriting();
        Assert.True(link.Run(() => near.Read(read) == 3, minute));
        Assert.True(link.Run(() => near.State == PacketStreamState.Ended && far.State == PacketStreamState.Ended, minute));
        return packets;
    }
}
