namespace Umbra.Transports.Ipx;

/// <summary>What an IPX packet carries, as far as it is of use here.</summary>
internal static class IpxPacketType
{
    public const byte Unknown = 0;

    /// <summary>Packet exchange; SAP is sent with it.</summary>
    public const byte PacketExchange = 4;

    /// <summary>Sequenced packet exchange.</summary>
    public const byte Spx = 5;
}
