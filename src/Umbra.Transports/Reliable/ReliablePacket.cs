namespace Umbra.Transports.Reliable;

/// <summary>A packet's header, whatever its format. Sequence numbers are the low bits of the machine's, as many as the format has.</summary>
internal readonly record struct ReliablePacket
{
    public required ReliableType Type { get; init; }

    /// <summary>The sender has seen its own end acknowledged, and will not send it again.</summary>
    public bool KnowsEnd { get; init; }

    /// <summary><see cref="Source"/> and <see cref="Destination"/> are said. The compact format leaves them out where it can.</summary>
    public bool HasIds { get; init; }

    /// <summary>Number that the sender has drawn for the session.</summary>
    public uint Source { get; init; }

    /// <summary>Number that the receiver has drawn; 0 where it is not known yet.</summary>
    public uint Destination { get; init; }

    /// <summary>Of <see cref="ReliableType.Data"/> and <see cref="ReliableType.Fin"/> its own, of others the next that is sent.</summary>
    public uint Sequence { get; init; }

    /// <summary>All before it have arrived.</summary>
    public uint Acknowledged { get; init; }

    /// <summary>Bit i: number <see cref="Acknowledged"/> + 1 + i has arrived as well.</summary>
    public ulong Sack { get; init; }

    /// <summary>How many packets from <see cref="Acknowledged"/> on the sender has room for; null: not said.</summary>
    public int? Window { get; init; }

    /// <summary>Milliseconds of the sender's clock, or, where <see cref="IsEcho"/>, the receiver's as its last packet said them.</summary>
    public ushort Time { get; init; }

    public bool IsEcho { get; init; }
}
