using System.Buffers;
using Umbra.Transports.Packets;
using Umbra.Transports.Spx;
using Umbra.Transports.Tests.Packets;

namespace Umbra.Transports.Tests.Spx;

/// <summary>A client, a server that it asks, and the wire between them.</summary>
internal sealed class SpxPair : IDisposable
{
    /// <summary>Of an IPX network as it is by default, without IPX's header.</summary>
    public const int PacketBytes = 546;
    public const ushort NearId = 0x1234;
    public const ushort FarId = 0x5678;
    public static readonly SpxHeader Request = new(SpxControl.System | SpxControl.AckRequired, 0, NearId, SpxHeader.Unknown, 0, 0, 7);

    public SpxPair(MemoryPool<byte> memory, WireConditions there, WireConditions? back = null, int seed = 1, int packetBytes = PacketBytes)
    {
        Near = SpxStream.Connect(memory, packetBytes, NearId);
        Far = SpxStream.Accept(memory, packetBytes, FarId, Request);
        Link = new LossyLink(Near, Far, there, back ?? there, seed);
    }

    public SpxStream Near { get; }

    public SpxStream Far { get; }

    public LossyLink Link { get; }

    public static WireConditions Quiet { get; } = new() { Delay = TimeSpan.FromMilliseconds(5) };

    public bool IsOpen => Near.State == PacketStreamState.Open && Far.State == PacketStreamState.Open;

    /// <summary>Opens both at once, whatever the wire is like.</summary>
    public void Open()
    {
        byte[] packet = new byte[Near.MaxPacketBytes];
        for (int round = 0; round < 3; round++)
        {
            while (Near.Send(packet, Link.Now) is > 0 and var length)
            {
                Far.Receive(packet.AsSpan(0, length), Link.Now);
            }

            while (Far.Send(packet, Link.Now) is > 0 and var length)
            {
                Near.Receive(packet.AsSpan(0, length), Link.Now);
            }
        }

        if (!IsOpen)
        {
            throw new InvalidOperationException($"not open: {Near.State} {Near.Failure}, {Far.State} {Far.Failure}");
        }
    }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
