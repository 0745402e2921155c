using Umbra.Transports.Ipx;
using Umbra.Transports.Packets;

namespace Umbra.Transports.Spx;

/// <summary>Packets of one connection, to its peer. What the system does not take is lost, as on any network.</summary>
internal sealed class SpxWire(IpxSocket socket, IpxAddress peer) : IPacketWire
{
    public int MaxTrain { get; } = Math.Min(UdpWire.MaxTrainPackets, UdpWire.MaxTrainBytes / (IpxHeader.Bytes + socket.MaxPayload));

    public ValueTask SendAsync(ReadOnlyMemory<byte> train, int packetBytes)
    {
        socket.SendTrain(peer, IpxPacketType.Spx, train.Span, packetBytes);
        return default;
    }
}
