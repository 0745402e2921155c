using System.Net;

namespace Umbra.Transports.Ipx;

/// <summary>How this machine is part of an IPX network over UDP.</summary>
internal sealed record IpxOptions
{
    /// <summary>UDP port of RFC 1234, at both ends. Below 1024: needs CAP_NET_BIND_SERVICE.</summary>
    public const int DefaultPort = 213;

    /// <summary>What every IPX network carries. With UDP's and IP's headers 604 bytes.</summary>
    public const int DefaultMtu = 576;

    public const int MinMtu = 128;

    /// <summary>Of a frame of 9000 bytes.</summary>
    public const int MaxMtu = 8972;

    /// <summary>DOSBox cuts longer datagrams.</summary>
    public const int MaxHubMtu = 1424;

    /// <summary>Peers that broadcasts are sent to one by one.</summary>
    public const int MaxPeers = 256;

    /// <summary>The address of this machine that the network is bound to, IPv4; its node number follows from it. Null: the first of an interface that is up.</summary>
    public IPAddress? From { get; init; }

    /// <summary>UDP port, the same at both ends. At a hub's client any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The network's number; 0: whatever it is.</summary>
    public uint Network { get; init; }

    /// <summary>Where a hub as DOSBox's IPXNET is, with its port; null: a tunnel as in RFC 1234, without one.</summary>
    public EndPoint? Hub { get; init; }

    /// <summary>Who gets broadcasts in a tunnel.</summary>
    public IReadOnlyList<IPAddress> Peers { get; init; } = [];

    /// <summary>An address of a subnet that gets broadcasts in a tunnel, too.</summary>
    public IPAddress? Broadcast { get; init; }

    /// <summary>Longest packet with its IPX header, in bytes.</summary>
    public int Mtu { get; init; } = DefaultMtu;

    /// <summary>Drop what comes from another address than its source node says. Off where addresses are translated.</summary>
    public bool VerifySource { get; init; } = true;

    /// <summary>Whether a network with these options serves who asks for others, at the same address. What the other leaves open may be anything.</summary>
    public bool Serves(IpxOptions other) =>
        (other.Network == 0 || other.Network == Network)
        && (other.Broadcast is null || other.Broadcast.Equals(Broadcast))
        && (other.Peers.Count == 0 || other.Peers.SequenceEqual(Peers))
        && Mtu == other.Mtu
        && VerifySource == other.VerifySource;
}
