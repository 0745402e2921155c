namespace Umbra.Transports.Reliable;

/// <summary>The answer to a packet of a session that there is not.</summary>
internal static class ReliableReset
{
    /// <param name="packet">What is answered. A reset is not to be.</param>
    /// <returns>Bytes in the destination, which has room for the format's overhead.</returns>
    public static int Write(IReliableFormat format, in ReliablePacket packet, Span<byte> destination) => format.Write(
        new ReliablePacket
        {
            Type = ReliableType.Reset,
            HasIds = true,
            Source = packet.Destination,
            Destination = packet.Source,
            Sequence = packet.Acknowledged,
            Acknowledged = packet.Sequence,
            Window = 0,
        },
        [],
        destination);
}
