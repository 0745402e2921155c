namespace Umbra.Transports.Reliable;

/// <summary>What a packet is; the numbers are those on the wire, in both formats.</summary>
internal enum ReliableType : byte
{
    /// <summary>Asks for a session.</summary>
    Syn = 1,

    /// <summary>Answers that.</summary>
    SynAck = 2,

    /// <summary>Bytes of the stream.</summary>
    Data = 3,

    /// <summary>Says what has arrived.</summary>
    Ack = 4,

    /// <summary>Asks for an <see cref="Ack"/>. With padding, it tries whether packets of its size get through.</summary>
    Ping = 5,

    /// <summary>The end of the stream in this direction; has a sequence number as bytes have.</summary>
    Fin = 6,

    /// <summary>The session is over at once, or there is none.</summary>
    Reset = 7,
}
