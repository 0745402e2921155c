using System.Buffers.Binary;

namespace Umbra.Transports.Spx;

/// <summary>
/// The 12 bytes after IPX's header. <code>control:1 | data stream:1 | source connection:2 | destination connection:2 | sequence:2 | acknowledge:2 | allocation:2</code>
/// </summary>
/// <param name="Source">The sender's number for the connection.</param>
/// <param name="Destination">The receiver's; <see cref="Unknown"/> where the sender wants a new connection.</param>
/// <param name="Sequence">Of a system packet: that of the next packet that is none.</param>
/// <param name="Ack">The sequence number that is expected next.</param>
/// <param name="Allocation">The highest sequence number there is room for.</param>
internal readonly record struct SpxHeader(
    SpxControl Control, byte DataStream, ushort Source, ushort Destination, ushort Sequence, ushort Ack, ushort Allocation)
{
    public const int Bytes = 12;
    public const ushort Unknown = 0xFFFF;
    private const SpxControl Question = SpxControl.System | SpxControl.AckRequired;

    public bool IsSystem => (Control & SpxControl.System) != 0;

    /// <summary>Asks for an answer: for a connection, or whether the peer is there.</summary>
    public bool IsQuestion => (Control & Question) == Question;

    public bool IsConnectRequest => IsQuestion && Destination == Unknown && IsConnection(Source);

    /// <summary>Whether a connection may have this number.</summary>
    public static bool IsConnection(ushort number) => number is not (0 or Unknown);

    /// <returns>False: shorter than a header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out SpxHeader header)
    {
        if (packet.Length < Bytes)
        {
            header = default;
            return false;
        }

        header = new SpxHeader(
            (SpxControl)packet[0],
            packet[1],
            BinaryPrimitives.ReadUInt16BigEndian(packet[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(packet[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(packet[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(packet[8..]),
            BinaryPrimitives.ReadUInt16BigEndian(packet[10..]));
        return true;
    }

    /// <summary>Into the first 12 bytes.</summary>
    public void Write(Span<byte> packet)
    {
        packet[0] = (byte)Control;
        packet[1] = DataStream;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], Source);
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], Destination);
        BinaryPrimitives.WriteUInt16BigEndian(packet[6..], Sequence);
        BinaryPrimitives.WriteUInt16BigEndian(packet[8..], Ack);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Allocation);
    }
}
