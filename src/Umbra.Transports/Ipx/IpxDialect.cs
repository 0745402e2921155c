namespace Umbra.Transports.Ipx;

/// <summary>How IPX packets are put into UDP datagrams: who gets them, and from whom they may be.</summary>
internal abstract class IpxDialect : IDisposable
{
    /// <summary>This node's number.</summary>
    public abstract IpxNode Node { get; }

    /// <summary>Where a packet for a node goes; nobody, where there is no way.</summary>
    public abstract ReadOnlySpan<UdpPeer> Route(IpxNode destination);

    /// <summary>Whether a packet with such a source may come from there.</summary>
    public abstract bool IsGenuine(in IpxHeader header, UdpPeer from);

    /// <summary>Looks at a genuine packet before sockets do. True: it was the dialect's own business.</summary>
    public virtual bool Handle(in IpxHeader header) => false;

    /// <summary>Does what is necessary before packets go. Returns once they do.</summary>
    /// <exception cref="IOException">It was in vain; the message says why.</exception>
    public virtual ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public abstract void Dispose();
}
