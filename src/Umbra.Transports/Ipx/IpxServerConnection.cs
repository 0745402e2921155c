using Umbra.Transports.Packets;

namespace Umbra.Transports.Ipx;

/// <summary>A connection over a listener's socket.</summary>
internal sealed class IpxServerConnection(PacketCarrier carrier)
{
    public PacketCarrier Carrier => carrier;

    /// <summary>Completes when it is over. Never fails.</summary>
    public Task Serving { get; set; } = Task.CompletedTask;
}
