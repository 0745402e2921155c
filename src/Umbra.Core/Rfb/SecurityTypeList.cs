using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>
/// Server to client from version 3.7 on (RFC 6143, 7.1.2): U8 number-of-security-types, U8[] security-types. An empty list means refused:
/// a <see cref="ReasonText"/> follows. The client answers with one U8, the type it chose.
/// </summary>
public readonly record struct SecurityTypeList(IReadOnlyList<SecurityType> Types)
{
    public static bool TryRead(ref SequenceReader<byte> reader, out SecurityTypeList list)
    {
        list = default;
        if (!reader.TryPeek(out byte count) || reader.Remaining < 1 + count)
        {
            return false;
        }

        SecurityType[] types = new SecurityType[count];
        reader.Advance(1);
        for (int i = 0; i < count; i++)
        {
            reader.TryRead(out byte type);
            types[i] = (SecurityType)type;
        }

        list = new SecurityTypeList(types);
        return true;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[1 + Types.Count];
        wire[0] = checked((byte)Types.Count);
        for (int i = 0; i < Types.Count; i++)
        {
            wire[1 + i] = (byte)Types[i];
        }

        output.Write(wire);
    }
}
