using System.Buffers.Binary;
using System.Net;

namespace Umbra.Transports.NetBios;

// What is sent. Of the flags: 8000 response, 7800 operation, 0400 who answers knows best, 0100 "look it up", 0010 by broadcast, 000F what has failed (6: somebody has it).
internal readonly ref partial struct NamePacket
{
    private const ushort QueryFlags = 0x0110;
    private const ushort RegistrationFlags = 0x2910;
    private const ushort ReleaseFlags = 0x3010;
    private const ushort AnswerFlags = 0x8500;
    private const ushort StatusFlags = 0x8400;
    private const ushort ConflictFlags = 0xAD86;
    private const ushort ActiveFlag = 0x0400;
    private const uint Lifetime = 300_000;
    private const int UnitIdBytes = 6;
    private const int StatisticsBytes = 46;
    private const int StatusEntryBytes = 18;

    /// <summary>How many names a status has room for.</summary>
    public static int MaxStatusNames => (MaxBytes - QuestionBytes - RecordHeadBytes - 1 - StatisticsBytes) / StatusEntryBytes;

    /// <summary>"Who has this name?", asked of all.</summary>
    /// <returns>Its length, as of all of these.</returns>
    public static int WriteQuery(Span<byte> packet, ushort transaction, NetBiosName name) =>
        WriteHead(packet, transaction, QueryFlags, questions: 1, answers: 0, additional: 0, name, NameRecordType.Address);

    /// <summary>"This name is mine, unless somebody objects."</summary>
    public static int WriteRegistration(Span<byte> packet, ushort transaction, NetBiosName name, IPAddress address) =>
        WriteClaim(packet, transaction, RegistrationFlags, name, address);

    /// <summary>"This name is free again."</summary>
    public static int WriteRelease(Span<byte> packet, ushort transaction, NetBiosName name, IPAddress address) =>
        WriteClaim(packet, transaction, ReleaseFlags, name, address);

    /// <summary>"It is here."</summary>
    public static int WriteAnswer(Span<byte> packet, ushort transaction, NetBiosName name, IPAddress address) =>
        WriteRecord(packet, transaction, AnswerFlags, name, Lifetime, address);

    /// <summary>"That name is mine", to who registers it.</summary>
    public static int WriteConflict(Span<byte> packet, ushort transaction, NetBiosName name, IPAddress address) =>
        WriteRecord(packet, transaction, ConflictFlags, name, 0, address);

    /// <summary>All names of this node.</summary>
    /// <param name="asked">The name it was asked by.</param>
    /// <param name="names">At most <see cref="MaxStatusNames"/>.</param>
    /// <param name="unitId">The six bytes of the network card's address.</param>
    public static int WriteStatus(Span<byte> packet, ushort transaction, NetBiosName asked, ReadOnlySpan<NetBiosName> names, ReadOnlySpan<byte> unitId)
    {
        int at = WriteHead(packet, transaction, StatusFlags, questions: 0, answers: 1, additional: 0, asked, NameRecordType.Status);
        at += WriteDataHead(packet[at..], 0, 1 + (names.Length * StatusEntryBytes) + StatisticsBytes);
        packet[at++] = (byte)names.Length;
        foreach (NetBiosName name in names)
        {
            name.Write(packet[at..]);
            WriteWord(packet[(at + 16)..], ActiveFlag);
            at += StatusEntryBytes;
        }

        packet.Slice(at, StatisticsBytes).Clear();
        unitId.CopyTo(packet.Slice(at, UnitIdBytes));
        return at + StatisticsBytes;
    }

    private static int WriteHead(
        Span<byte> packet, ushort transaction, ushort flags, ushort questions, ushort answers, ushort additional, NetBiosName name, NameRecordType type)
    {
        WriteWord(packet, transaction);
        WriteWord(packet[2..], flags);
        WriteWord(packet[4..], questions);
        WriteWord(packet[6..], answers);
        WriteWord(packet[8..], 0);
        WriteWord(packet[10..], additional);
        name.Encode(packet[HeaderBytes..]);
        return QuestionBytes - TypeBytes + WriteType(packet[(QuestionBytes - TypeBytes)..], type);
    }

    private static int WriteType(Span<byte> packet, NameRecordType type)
    {
        WriteWord(packet, (ushort)type);
        WriteWord(packet[2..], InternetClass);
        return TypeBytes;
    }

    private static int WriteClaim(Span<byte> packet, ushort transaction, ushort flags, NetBiosName name, IPAddress address)
    {
        int at = WriteHead(packet, transaction, flags, questions: 1, answers: 0, additional: 1, name, NameRecordType.Address);
        WriteWord(packet[at..], PointerToQuestion);
        at += 2;
        at += WriteType(packet[at..], NameRecordType.Address);
        return at + WriteAddress(packet[at..], Lifetime, address);
    }

    private static int WriteRecord(Span<byte> packet, ushort transaction, ushort flags, NetBiosName name, uint lifetime, IPAddress address)
    {
        int at = WriteHead(packet, transaction, flags, questions: 0, answers: 1, additional: 0, name, NameRecordType.Address);
        return at + WriteAddress(packet[at..], lifetime, address);
    }

    /// <summary>The rest of a record: whether a group has the name, how it is served (both 0: one machine, by broadcasts), and the address.</summary>
    private static int WriteAddress(Span<byte> packet, uint lifetime, IPAddress address)
    {
        int at = WriteDataHead(packet, lifetime, AddressBytes);
        WriteWord(packet[at..], 0);
        address.TryWriteBytes(packet[(at + 2)..], out int written);
        return at + 2 + written;
    }

    private static int WriteDataHead(Span<byte> packet, uint lifetime, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet, lifetime);
        WriteWord(packet[4..], (ushort)length);
        return RecordHeadBytes;
    }

    private static void WriteWord(Span<byte> bytes, ushort word) => BinaryPrimitives.WriteUInt16BigEndian(bytes, word);
}
