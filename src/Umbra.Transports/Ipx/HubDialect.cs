namespace Umbra.Transports.Ipx;

/// <summary>
/// A client of a hub as DOSBox's IPXNET is: everything goes through the hub, which gives this node its number. Asking for one is registering; asking again is allowed,
/// and keeps the way through address translators open. Pings are answered.
/// </summary>
internal sealed class HubDialect : IpxDialect
{
    /// <summary>How long the hub has to answer, and how often it is asked in that time: the datagram may be lost.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>Address translators forget a way after 30 s and more, hubs a client after minutes.</summary>
    private static readonly TimeSpan StayKnown = TimeSpan.FromSeconds(25);

    private readonly UdpWire _wire;
    private readonly UdpPeer[] _hub;
    private readonly TimeProvider _time;
    private readonly ITimer _asking;
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _node;

    public HubDialect(UdpWire wire, UdpPeer hub, TimeProvider time)
    {
        _wire = wire;
        _hub = [hub];
        _time = time;
        _asking = time.CreateTimer(_ => Ask(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>None (0) until the hub has answered.</summary>
    public override IpxNode Node => new(Volatile.Read(ref _node));

    public override ReadOnlySpan<UdpPeer> Route(IpxNode destination) => _hub;

    public override bool IsGenuine(in IpxHeader header, UdpPeer from) => from == _hub[0];

    /// <summary>Takes the number the hub gives, and answers pings.</summary>
    public override bool Handle(in IpxHeader header)
    {
        if (header.Destination.Socket != IpxSockets.Hub)
        {
            return false;
        }

        if (header.Destination.Node == IpxNode.Broadcast)
        {
            Send(header.Source with { Socket = IpxSockets.Hub });
        }
        else if (header.Source.Socket == IpxSockets.Hub && header.Destination.Node != default)
        {
            // A hub that was started anew may give another number. Connections of the old one are lost, but what begins now goes.
            Volatile.Write(ref _node, header.Destination.Node.Value);
            _registered.TrySetResult();
        }

        return true;
    }

    public override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _asking.Change(TimeSpan.Zero, AskAgain);
        try
        {
            await _registered.Task.WaitAsync(Patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TransportException(TransportError.TimedOut, $"the IPX hub {_hub[0]} does not answer");
        }

        _asking.Change(StayKnown, StayKnown);
    }

    public override void Dispose() => _asking.Dispose();

    /// <summary>A destination of zeros is what a hub knows the question by.</summary>
    private void Ask() => Send(new IpxAddress(0, default, IpxSockets.Hub), isAsking: true);

    private void Send(IpxAddress destination, bool isAsking = false)
    {
        Span<byte> packet = stackalloc byte[IpxHeader.Bytes];
        IpxAddress source = new(0, isAsking ? default : Node, IpxSockets.Hub);
        new IpxHeader(packet.Length, Hops: 0, IpxPacketType.Unknown, destination, source).Write(packet);
        _wire.Send(packet, packet.Length, _hub[0]);
    }
}
