using System.Buffers.Binary;
using System.Numerics;

namespace Umbra.Transports.Reliable;

/// <summary>
/// The format for serial lines, inside a frame whose sum the framing adds: control:1 sequence:1 acknowledged:1 sack:1 to 4 (least significant byte first), payload. Control is the type in bits 0 to 3, the
/// bytes of sack less one in bits 4 and 5, and in bit 6 that the sender knows its end. Before the payload, big-endian: of SYN version:1 source:4 window:1, of SYNACK version:1
/// source:4 destination:4 window:1, of PING and RST source:4 destination:4, of ACK window:1. Data has nothing of that: its line has one session at a time.
/// </summary>
internal sealed class CompactFormat : IReliableFormat
{
    /// <summary>Control, sequence, acknowledged, and four bytes of sack.</summary>
    private const int MaxHeaderBytes = 7;

    /// <summary>Of SYNACK.</summary>
    private const int MaxExtraBytes = 10;
    private const byte Version = 1;
    private const int SackShift = 4;
    private const byte KnowsEndFlag = 0x40;
    private const byte UnusedFlag = 0x80;

    public static CompactFormat Instance { get; } = new();

    public int Overhead => MaxHeaderBytes + MaxExtraBytes;

    public int SequenceBits => 8;

    public int MaxWindow => 32;

    public int IdBits => 32;

    public bool DrawsSequence => false;

    public bool IsDataComplete => false;

    public int Write(in ReliablePacket packet, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        uint sack = (uint)packet.Sack;
        int sackBytes = Math.Max(1, sizeof(uint) - (BitOperations.LeadingZeroCount(sack) / 8));
        destination[0] = (byte)((byte)packet.Type | ((sackBytes - 1) << SackShift) | (packet.KnowsEnd ? KnowsEndFlag : 0));
        destination[1] = (byte)packet.Sequence;
        destination[2] = (byte)packet.Acknowledged;
        for (int i = 0; i < sackBytes; i++)
        {
            destination[3 + i] = (byte)(sack >> (8 * i));
        }

        int length = 3 + sackBytes;
        Fields fields = FieldsOf(packet.Type);
        if (fields.HasFlag(Fields.Version))
        {
            destination[length++] = Version;
        }

        if (fields.HasFlag(Fields.Source))
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[length..], packet.Source);
            length += sizeof(uint);
        }

        if (fields.HasFlag(Fields.Destination))
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[length..], packet.Destination);
            length += sizeof(uint);
        }

        if (fields.HasFlag(Fields.Window))
        {
            destination[length++] = (byte)(packet.Window ?? 0);
        }

        payload.CopyTo(destination[length..]);
        return length + payload.Length;
    }

    public bool TryRead(ReadOnlySpan<byte> bytes, out ReliablePacket packet, out ReadOnlySpan<byte> payload)
    {
        packet = default;
        payload = default;
        if (bytes.Length < 4 || (bytes[0] & UnusedFlag) != 0 || !Enum.IsDefined((ReliableType)(bytes[0] & 0xF)))
        {
            return false;
        }

        ReliableType type = (ReliableType)(bytes[0] & 0xF);
        Fields fields = FieldsOf(type);
        int sackBytes = ((bytes[0] >> SackShift) & 3) + 1;
        int length = 3 + sackBytes;
        if (bytes.Length < length + BytesOf(fields))
        {
            return false;
        }

        uint sack = 0;
        for (int i = 0; i < sackBytes; i++)
        {
            sack |= (uint)bytes[3 + i] << (8 * i);
        }

        if (fields.HasFlag(Fields.Version) && bytes[length++] != Version)
        {
            return false;
        }

        packet = new ReliablePacket
        {
            Type = type,
            KnowsEnd = (bytes[0] & KnowsEndFlag) != 0,
            HasIds = fields.HasFlag(Fields.Source),
            Source = fields.HasFlag(Fields.Source) ? ReadId(bytes, ref length) : 0,
            Destination = fields.HasFlag(Fields.Destination) ? ReadId(bytes, ref length) : 0,
            Sequence = bytes[1],
            Acknowledged = bytes[2],
            Sack = sack,
            Window = fields.HasFlag(Fields.Window) ? bytes[length++] : null,
        };
        payload = bytes[length..];
        return true;
    }

    private static uint ReadId(ReadOnlySpan<byte> bytes, ref int at)
    {
        uint id = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        at += sizeof(uint);
        return id;
    }

    private static Fields FieldsOf(ReliableType type) => type switch
    {
        ReliableType.Syn => Fields.Version | Fields.Source | Fields.Window,
        ReliableType.SynAck => Fields.Version | Fields.Source | Fields.Destination | Fields.Window,
        ReliableType.Ping or ReliableType.Reset => Fields.Source | Fields.Destination,
        ReliableType.Ack => Fields.Window,
        _ => Fields.None,
    };

    private static int BytesOf(Fields fields) =>
        (fields.HasFlag(Fields.Version) ? 1 : 0) + (fields.HasFlag(Fields.Source) ? 4 : 0) + (fields.HasFlag(Fields.Destination) ? 4 : 0) + (fields.HasFlag(Fields.Window) ? 1 : 0);

    /// <summary>What stands between the header and the payload.</summary>
    [Flags]
    private enum Fields
    {
        None = 0,
        Version = 1,
        Source = 2,
        Destination = 4,
        Window = 8,
    }
}
