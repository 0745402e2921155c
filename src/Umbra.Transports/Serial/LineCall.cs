using Umbra.Transports.Packets;

namespace Umbra.Transports.Serial;

/// <summary>The connection that a line carries, from the first packet to the last.</summary>
/// <param name="role">Whether this end began it, and may give way to the other: <see cref="LineRole.Listen"/> did not, <see cref="LineRole.Connect"/> will not.</param>
/// <param name="id">What is drawn for it by whoever asks for it: this end where it began it, else the other.</param>
/// <param name="listener">Whose it is, where the other end began it.</param>
internal sealed class LineCall(LineRole role, uint id, SerialListener? listener)
{
    public SerialListener? Listener => listener;

    public LineRole Role => role;

    public uint Id => id;

    public PacketCarrier Carrier { get; set; } = null!;

    /// <summary>How often the other end has asked while this one did: where it goes on, it has nobody who answers.</summary>
    public int PeerRequests { get; set; }

    /// <summary>It was given up for one that the other end begins.</summary>
    public bool HasGivenWay { get; set; }
}
