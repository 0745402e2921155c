using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Umbra.Transports.Ipx;

/// <summary>Which address of this machine an IPX network is bound to where nobody says.</summary>
internal static class IpxLocal
{
    /// <param name="toward">Whom is to be reached; 0: anybody.</param>
    /// <returns>Any address, where only a hub is sent to: a node in a tunnel must know its own.</returns>
    public static IPAddress Find(IpxOptions options, IpxNode toward)
    {
        if (options.Hub is not null)
        {
            return IPAddress.Any;
        }

        return (toward.TryGetIp(out uint ip) ? OnTheWayTo(new UdpPeer(ip, IpxOptions.DefaultPort)) : null) ?? First();
    }

    /// <summary>What the system would send from. Nothing is sent.</summary>
    private static IPAddress? OnTheWayTo(UdpPeer peer)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(peer.ToEndPoint());
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static IPAddress First() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address)
        .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;
}
