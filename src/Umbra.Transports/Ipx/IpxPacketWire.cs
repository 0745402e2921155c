using Umbra.Transports.Packets;

namespace Umbra.Transports.Ipx;

/// <summary>Packets of one connection, to its peer. What the system does not take is lost, as on any network.</summary>
/// <param name="type">See <see cref="IpxPacketType"/>.</param>
internal sealed class IpxPacketWire(IpxSocket socket, IpxAddress peer, byte type) : IPacketWire
{
    public int MaxTrain { get; } = Math.Min(UdpWire.MaxTrainPackets, UdpWire.MaxTrainBytes / (IpxHeader.Bytes + socket.MaxPayload));

    public ValueTask SendAsync(ReadOnlyMemory<byte> train, int packetBytes)
    {
        socket.SendTrain(peer, type, train.Span, packetBytes);
        return default;
    }
}
