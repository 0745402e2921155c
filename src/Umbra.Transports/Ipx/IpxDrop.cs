namespace Umbra.Transports.Ipx;

/// <summary>Why a packet was dropped; see <see cref="IpxCounters"/>.</summary>
internal enum IpxDrop
{
    /// <summary>Received: shorter than a header.</summary>
    Short,

    /// <summary>Received: with a checksum, which tunnels do not use (RFC 1234).</summary>
    Checksum,

    /// <summary>Received: says it is shorter than a header, longer than what has come, or longer than anything that is sent.</summary>
    Length,

    /// <summary>Received: passed more routers than IPX allows.</summary>
    Hops,

    /// <summary>Received: from an address that its source does not belong to.</summary>
    Spoofed,

    /// <summary>Received: our own broadcast.</summary>
    Own,

    /// <summary>Received: for another node or network.</summary>
    OtherNode,

    /// <summary>Received: for a socket nobody has opened.</summary>
    NoSocket,

    /// <summary>To be sent: longer than the wire's packets may be.</summary>
    TooLong,

    /// <summary>To be sent: there is no way to its destination.</summary>
    NoRoute,

    /// <summary>To be sent: the system did not take it.</summary>
    NotSent,

    /// <summary>At a hub: no room for one more client.</summary>
    HubFull,
}
