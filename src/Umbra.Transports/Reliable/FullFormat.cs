using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Umbra.Transports.Reliable;

/// <summary>
/// The format for datagrams, big-endian: magic 'U' version:1 | type:1 flags:1 | source:2 destination:2 | sequence:4 | acknowledged:4 | sack:8 | window:2 | time:2 | payload | CRC-32C:4.
/// The sum is over all before it: that of UDP is too short to rely on, and may be left out.
/// </summary>
internal sealed class FullFormat : IReliableFormat
{
    public const int HeaderBytes = 28;
    public const int TrailerBytes = 4;
    private const byte Magic = (byte)'U';
    private const byte Version = 1;
    private const byte EchoFlag = 1;
    private const byte KnowsEndFlag = 2;

    public static FullFormat Instance { get; } = new();

    public int Overhead => HeaderBytes + TrailerBytes;

    public int SequenceBits => 32;

    public int MaxWindow => 1024;

    public int IdBits => 16;

    public bool DrawsSequence => true;

    public bool IsDataComplete => true;

    public int Write(in ReliablePacket packet, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        destination[0] = Magic;
        destination[1] = Version;
        destination[2] = (byte)packet.Type;
        destination[3] = (byte)((packet.IsEcho ? EchoFlag : 0) | (packet.KnowsEnd ? KnowsEndFlag : 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)packet.Source);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)packet.Destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], packet.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], packet.Acknowledged);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], packet.Sack);
        BinaryPrimitives.WriteUInt16BigEndian(destination[24..], (ushort)(packet.Window ?? 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[26..], packet.Time);
        payload.CopyTo(destination[HeaderBytes..]);
        int length = HeaderBytes + payload.Length;
        BinaryPrimitives.WriteUInt32BigEndian(destination[length..], Checksum(destination[..length]));
        return length + TrailerBytes;
    }

    public bool TryRead(ReadOnlySpan<byte> bytes, out ReliablePacket packet, out ReadOnlySpan<byte> payload)
    {
        packet = default;
        payload = default;
        int length = bytes.Length - TrailerBytes;
        if (length < HeaderBytes || bytes[0] != Magic || bytes[1] != Version || !Enum.IsDefined((ReliableType)bytes[2]) || bytes[3] > (EchoFlag | KnowsEndFlag)
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[length..]) != Checksum(bytes[..length]))
        {
            return false;
        }

        packet = new ReliablePacket
        {
            Type = (ReliableType)bytes[2],
            IsEcho = (bytes[3] & EchoFlag) != 0,
            KnowsEnd = (bytes[3] & KnowsEndFlag) != 0,
            HasIds = true,
            Source = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]),
            Destination = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            Sequence = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            Acknowledged = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
            Sack = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            Window = BinaryPrimitives.ReadUInt16BigEndian(bytes[24..]),
            Time = BinaryPrimitives.ReadUInt16BigEndian(bytes[26..]),
        };
        payload = bytes[HeaderBytes..length];
        return true;
    }

    /// <summary>Whose session a packet is of, where it is one: for who hands packets on to those who check them.</summary>
    public static bool TryReadSource(ReadOnlySpan<byte> bytes, out uint source)
    {
        bool isLongEnough = bytes.Length >= HeaderBytes + TrailerBytes;
        source = isLongEnough ? BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) : 0u;
        return isLongEnough && bytes[0] == Magic && bytes[1] == Version;
    }

    /// <summary>CRC-32C (Castagnoli), as of iSCSI, RFC 3720: an instruction of most processors.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            sum = BitOperations.Crc32C(sum, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte one in bytes[(words.Length * sizeof(ulong))..])
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return ~sum;
    }
}
