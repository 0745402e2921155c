namespace Umbra.Transports.Packets;

/// <summary>Where a <see cref="PacketCarrier"/> puts its packets. Loses what it likes, and never throws for that.</summary>
internal interface IPacketWire
{
    /// <summary>Most packets that are sent at once.</summary>
    int MaxTrain { get; }

    /// <summary>Sends packets to the peer. Completes when the wire can take more: on a slow one, not before.</summary>
    /// <param name="train">One packet after the other. Not used any more once this completes.</param>
    /// <param name="packetBytes">Length of each but the last, which may be shorter.</param>
    /// <exception cref="IOException">There is no wire any more.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> train, int packetBytes);
}
