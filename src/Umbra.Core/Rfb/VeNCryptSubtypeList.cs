using System.Buffers;
using System.Buffers.Binary;

namespace Umbra.Core.Rfb;

/// <summary>
/// Server to client in VeNCrypt 0.2 (rfbproto): U8 count, U32[] subtypes. The client answers with one U32 (<see cref="WriteChoice"/>);
/// for the TLS and X509 subtypes the server sends U8 1 and TLS begins, or U8 0 and closes.
/// </summary>
public readonly record struct VeNCryptSubtypeList(IReadOnlyList<VeNCryptSubtype> Subtypes)
{
    public static bool TryRead(ref SequenceReader<byte> reader, out VeNCryptSubtypeList list)
    {
        list = default;
        if (!reader.TryPeek(out byte count) || reader.Remaining < 1 + (4 * count))
        {
            return false;
        }

        VeNCryptSubtype[] subtypes = new VeNCryptSubtype[count];
        reader.Advance(1);
        for (int i = 0; i < count; i++)
        {
            TryReadChoice(ref reader, out subtypes[i]);
        }

        list = new VeNCryptSubtypeList(subtypes);
        return true;
    }

    public static bool TryReadChoice(ref SequenceReader<byte> reader, out VeNCryptSubtype choice)
    {
        Span<byte> wire = stackalloc byte[4];
        bool isThere = reader.TryTake(wire);
        choice = (VeNCryptSubtype)BinaryPrimitives.ReadInt32BigEndian(wire);
        return isThere;
    }

    public static void WriteChoice(IBufferWriter<byte> output, VeNCryptSubtype choice)
    {
        Span<byte> wire = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(wire, (int)choice);
        output.Write(wire);
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.Write<byte>([checked((byte)Subtypes.Count)]);
        foreach (VeNCryptSubtype subtype in Subtypes)
        {
            WriteChoice(output, subtype);
        }
    }
}
