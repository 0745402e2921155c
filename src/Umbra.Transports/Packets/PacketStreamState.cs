namespace Umbra.Transports.Packets;

/// <summary>Where a <see cref="IPacketStream"/> is in its life.</summary>
internal enum PacketStreamState
{
    /// <summary>The peer has not answered yet.</summary>
    Connecting,

    /// <summary>Bytes go both ways. Stays so while either side has more to send or to acknowledge.</summary>
    Open,

    /// <summary>Both sides have ended and know it; nothing more is to be sent.</summary>
    Ended,

    /// <summary>It broke, or was aborted on either side.</summary>
    Failed,
}
