using System.Buffers.Binary;
using System.Net;

namespace Umbra.Transports.NetBios;

/// <summary>
/// A packet of the name service (RFC 1002 section 4.2), as far as it is used here: transaction:2, flags:2, four counts:2 each, then one question (name:34 type:2
/// class:2), one record (the same, ttl:4 length:2 data), or a question and a record about the same name. Reads only what is laid out exactly so; a name that is a pointer
/// can only point to the question.
/// </summary>
internal readonly ref partial struct NamePacket
{
    /// <summary>No packet is longer (RFC 1002 section 6).</summary>
    public const int MaxBytes = 576;

    /// <summary>Of a query, and of what a status begins with.</summary>
    public const int QuestionBytes = HeaderBytes + NetBiosName.EncodedBytes + TypeBytes;

    private const ushort ResponseFlag = 0x8000;
    private const ushort GroupFlag = 0x8000;
    private const ushort InternetClass = 1;
    private const ushort PointerToQuestion = 0xC000 | HeaderBytes;
    private const int HeaderBytes = 12;
    private const int TypeBytes = 4;
    private const int RecordHeadBytes = 6;
    private const int AddressBytes = 6;

    private readonly ReadOnlySpan<byte> _data;

    private NamePacket(ushort transaction, ushort flags, NetBiosName name, NameRecordType type, ReadOnlySpan<byte> data)
    {
        Transaction = transaction;
        Name = name;
        Type = type;
        IsResponse = (flags & ResponseFlag) != 0;
        Operation = (NameOperation)((flags >> 11) & 0xF);
        HasFailed = (flags & 0xF) != 0;
        _data = data;
    }

    /// <summary>Chosen by who asks, and repeated in the answer.</summary>
    public ushort Transaction { get; }

    public bool IsResponse { get; }

    public NameOperation Operation { get; }

    /// <summary>Of a response: what was asked is refused.</summary>
    public bool HasFailed { get; }

    public NetBiosName Name { get; }

    public NameRecordType Type { get; }

    /// <summary>The one machine that has the name; null where the packet says none, or that a group has it.</summary>
    public IPAddress? Address => Type == NameRecordType.Address && _data.Length >= AddressBytes && (ReadWord(_data) & GroupFlag) == 0
        ? new IPAddress(_data.Slice(2, 4))
        : null;

    /// <returns>False where it is none, or has anything that is not used here.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out NamePacket read)
    {
        read = default;
        if (packet.Length is < QuestionBytes or > MaxBytes || !NetBiosName.TryDecode(packet.Slice(HeaderBytes, NetBiosName.EncodedBytes), out NetBiosName name))
        {
            return false;
        }

        ushort flags = ReadWord(packet[2..]);
        NameRecordType type = (NameRecordType)ReadWord(packet[(QuestionBytes - TypeBytes)..]);
        bool isInternet = ReadWord(packet[(QuestionBytes - 2)..]) == InternetClass;
        ReadOnlySpan<byte> rest = packet[QuestionBytes..];
        ReadOnlySpan<byte> data = default;
        bool isWhole = (Questions: ReadWord(packet[4..]), Answers: ReadWord(packet[6..]), Authorities: ReadWord(packet[8..]), Additional: ReadWord(packet[10..])) switch
        {
            (1, 0, 0, 0) => rest.IsEmpty,
            (0, 1, 0, 0) => TryReadData(rest, out data),
            (1, 0, 0, 1) => TrySkipSameName(ref rest, name, type) && TryReadData(rest, out data),
            _ => false,
        };
        if (!isInternet || !isWhole)
        {
            return false;
        }

        read = new NamePacket(ReadWord(packet), flags, name, type, data);
        return true;
    }

    private static bool TryReadData(ReadOnlySpan<byte> record, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (record.Length < RecordHeadBytes || ReadWord(record[4..]) != record.Length - RecordHeadBytes)
        {
            return false;
        }

        data = record[RecordHeadBytes..];
        return true;
    }

    private static bool TrySkipSameName(ref ReadOnlySpan<byte> record, NetBiosName name, NameRecordType type)
    {
        int length = record.Length >= 2 && ReadWord(record) == PointerToQuestion ? 2
            : record.Length >= NetBiosName.EncodedBytes && NetBiosName.TryDecode(record[..NetBiosName.EncodedBytes], out NetBiosName same) && same == name ? NetBiosName.EncodedBytes
            : 0;
        if (length == 0 || record.Length < length + TypeBytes || ReadWord(record[length..]) != (ushort)type || ReadWord(record[(length + 2)..]) != InternetClass)
        {
            return false;
        }

        record = record[(length + TypeBytes)..];
        return true;
    }

    private static ushort ReadWord(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
