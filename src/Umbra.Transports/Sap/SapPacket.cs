using System.Buffers.Binary;

namespace Umbra.Transports.Sap;

/// <summary>Questions, <c>operation:2 | type:2</c>, and answers, <c>operation:2</c> and up to seven of <see cref="SapEntry"/>.</summary>
internal static class SapPacket
{
    public const int MaxEntries = 7;
    public const int QueryBytes = 4;
    public const int MaxBytes = 2 + (MaxEntries * SapEntry.Bytes);

    public static bool TryReadOperation(ReadOnlySpan<byte> packet, out SapOperation operation)
    {
        operation = packet.Length >= 2 ? (SapOperation)BinaryPrimitives.ReadUInt16BigEndian(packet) : default;
        return Enum.IsDefined(operation);
    }

    public static bool TryReadQuery(ReadOnlySpan<byte> packet, out ushort type)
    {
        bool isQuery = packet.Length >= QueryBytes;
        type = isQuery ? BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) : (ushort)0;
        return isQuery;
    }

    /// <summary>Entries that are whole and readable, at most seven.</summary>
    public static List<SapEntry> ReadEntries(ReadOnlySpan<byte> packet)
    {
        List<SapEntry> entries = [];
        for (int at = 2; at + SapEntry.Bytes <= Math.Min(packet.Length, MaxBytes); at += SapEntry.Bytes)
        {
            if (SapEntry.TryRead(packet.Slice(at, SapEntry.Bytes), out SapEntry entry))
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    /// <returns>How long it is.</returns>
    public static int WriteQuery(Span<byte> packet, SapOperation operation, ushort type)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)operation);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], type);
        return QueryBytes;
    }

    /// <param name="entries">At most seven.</param>
    /// <returns>How long it is.</returns>
    public static int WriteResponse(Span<byte> packet, SapOperation operation, IReadOnlyList<SapEntry> entries)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)operation);
        for (int i = 0; i < entries.Count; i++)
        {
            entries[i].Write(packet.Slice(2 + (i * SapEntry.Bytes), SapEntry.Bytes));
        }

        return 2 + (entries.Count * SapEntry.Bytes);
    }
}
