namespace Umbra.Transports.Reliable;

/// <summary>How packets look on a wire.</summary>
internal interface IReliableFormat
{
    /// <summary>Bytes of a packet beside its payload, at most.</summary>
    int Overhead { get; }

    /// <summary>Bits of sequence numbers on the wire.</summary>
    int SequenceBits { get; }

    /// <summary>Packets on their way at once, at most: so many that numbers are not mistaken for one another.</summary>
    int MaxWindow { get; }

    /// <summary>Bits of the number that each side draws for a session.</summary>
    int IdBits { get; }

    /// <summary>The first sequence number is drawn as well; else it is 0.</summary>
    bool DrawsSequence { get; }

    /// <summary>Data says all that an acknowledgement says, and whose it is. Else acknowledgements go beside it.</summary>
    bool IsDataComplete { get; }

    /// <returns>Bytes of the packet. The destination has room for <see cref="Overhead"/> more than the payload.</returns>
    int Write(in ReliablePacket packet, ReadOnlySpan<byte> payload, Span<byte> destination);

    /// <summary>Whatever the bytes are; false: no packet of this format.</summary>
    bool TryRead(ReadOnlySpan<byte> bytes, out ReliablePacket packet, out ReadOnlySpan<byte> payload);
}
