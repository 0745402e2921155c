namespace Umbra.Transports.Packets;

/// <summary>
/// A reliable, ordered stream of bytes in both directions over a wire that loses packets, as a state machine: no I/O, no clock, no lock, so that it runs in virtual
/// time as well. Who carries it (<see cref="PacketCarrier"/>) hands it what arrives, asks it what to send, and serialises all calls. Times are counted from when it
/// was made. It never throws for what a peer does.
/// </summary>
internal interface IPacketStream : IDisposable
{
    PacketStreamState State { get; }

    /// <summary>Why it failed, for people; null where <see cref="State"/> is not <see cref="PacketStreamState.Failed"/>.</summary>
    string? Failure { get; }

    /// <summary>Which kind <see cref="Failure"/> is of.</summary>
    TransportError FailureKind { get; }

    /// <summary>Room that <see cref="Send"/> needs, in bytes.</summary>
    int MaxPacketBytes { get; }

    PacketStreamCounters Counters { get; }

    /// <summary>When <see cref="Send"/> is to be asked again at the latest, where nothing arrives before; <see cref="TimeSpan.MaxValue"/>: only then.</summary>
    TimeSpan NextDue { get; }

    /// <summary>There is something to read now: <see cref="Read"/> gives it.</summary>
    bool HasUnread { get; }

    /// <summary>All that the peer has written before it ended has been read.</summary>
    bool IsReadingCompleted { get; }

    /// <summary>One packet from the peer, whatever is in it. What is no packet of this stream is counted and dropped.</summary>
    void Receive(ReadOnlySpan<byte> packet, TimeSpan now);

    /// <summary>The next packet that is to be sent at this time.</summary>
    /// <returns>Its bytes in <paramref name="packet"/>; 0: none is due.</returns>
    int Send(Span<byte> packet, TimeSpan now);

    /// <summary>Takes as much of what is to be sent as its window allows.</summary>
    /// <returns>How many bytes were taken; 0 where there is no room now, and before it is open.</returns>
    int Write(ReadOnlySpan<byte> bytes);

    /// <summary>Nothing more will be written: once the peer has everything, it is told the end.</summary>
    void CompleteWriting();

    /// <summary>Bytes that have arrived, in order.</summary>
    /// <returns>How many; 0: none now.</returns>
    int Read(Span<byte> destination);

    /// <summary>Ends it at once. Where the protocol has a word for that, the next <see cref="Send"/> says it.</summary>
    /// <param name="kind">Which kind of failure that is.</param>
    void Abort(string reason, TransportError kind = TransportError.Other);
}
