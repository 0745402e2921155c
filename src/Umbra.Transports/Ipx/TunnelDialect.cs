using System.Net;

namespace Umbra.Transports.Ipx;

/// <summary>RFC 1234: every node is reached directly at its IPv4 address, which is in its number; broadcasts go to the peers there are said to be.</summary>
/// <param name="local">Where this node receives.</param>
internal sealed class TunnelDialect(UdpPeer local, IpxOptions options) : IpxDialect
{
    private readonly UdpPeer[] _all =
    [
        .. options.Peers.Append(options.Broadcast).OfType<IPAddress>().Select(peer => new UdpPeer(UdpPeer.ToUInt32(peer), local.Port)).Distinct(),
    ];

    /// <summary>The answer of <see cref="Route"/> for one node; each thread that sends has its own.</summary>
    [ThreadStatic]
    private static UdpPeer _one;

    public override IpxNode Node => IpxNode.OfIp(local.Ip);

    public override ReadOnlySpan<UdpPeer> Route(IpxNode destination)
    {
        if (destination == IpxNode.Broadcast)
        {
            return _all;
        }

        if (!destination.TryGetIp(out uint ip))
        {
            return [];
        }

        _one = new UdpPeer(ip, local.Port);
        return new ReadOnlySpan<UdpPeer>(in _one);
    }

    public override bool IsGenuine(in IpxHeader header, UdpPeer from) => !options.VerifySource || header.Source.Node == IpxNode.OfIp(from.Ip);

    public override void Dispose()
    {
    }
}
