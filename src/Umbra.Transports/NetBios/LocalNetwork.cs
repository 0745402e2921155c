using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Umbra.Transports.NetBios;

/// <summary>An IPv4 network this machine is in.</summary>
/// <param name="Broadcast">Who sends there is heard by all in it.</param>
/// <param name="UnitId">The six bytes of the network card's address; zeros where it has none.</param>
internal sealed record LocalNetwork(IPAddress Broadcast, byte[] UnitId)
{
    private const int UnitIdBytes = 6;

    /// <summary>All that are up, the loopback among them.</summary>
    public static LocalNetwork[] All() => [.. List().Select(n => n.Network).DistinctBy(n => n.Broadcast)];

    /// <summary>The one that an address of this machine belongs to; null where there is none.</summary>
    public static LocalNetwork? Of(IPAddress address) => List().FirstOrDefault(n => BroadcastOf(address, n.Mask).Equals(n.Network.Broadcast)).Network;

    private static IEnumerable<(LocalNetwork Network, IPAddress Mask)> List() =>
        from card in NetworkInterface.GetAllNetworkInterfaces()
        where card.OperationalStatus != OperationalStatus.Down
        from address in card.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily == AddressFamily.InterNetwork && !address.IPv4Mask.Equals(IPAddress.Broadcast)
        select (new LocalNetwork(BroadcastOf(address.Address, address.IPv4Mask), UnitIdOf(card)), address.IPv4Mask);

    private static IPAddress BroadcastOf(IPAddress address, IPAddress mask)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Number(address) | ~Number(mask));
        return new IPAddress(bytes);
    }

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static byte[] UnitIdOf(NetworkInterface card) =>
        card.GetPhysicalAddress().GetAddressBytes() is { Length: UnitIdBytes } bytes ? bytes : new byte[UnitIdBytes];
}
