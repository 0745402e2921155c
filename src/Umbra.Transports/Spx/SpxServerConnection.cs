using Umbra.Transports.Ipx;
using Umbra.Transports.Packets;

namespace Umbra.Transports.Spx;

/// <summary>A connection over a listener's socket.</summary>
/// <param name="peerId">The peer's number for it.</param>
internal sealed class SpxServerConnection(IpxAddress peer, ushort peerId, PacketCarrier carrier)
{
    public IpxAddress Peer => peer;

    public ushort PeerId => peerId;

    public PacketCarrier Carrier => carrier;

    /// <summary>Its peer was answered, and not heard of since.</summary>
    public bool IsHalfOpen => !carrier.Opened.IsCompleted;

    /// <summary>Completes when it is over. Never fails.</summary>
    public Task Serving { get; set; } = Task.CompletedTask;
}
