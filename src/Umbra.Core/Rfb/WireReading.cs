using System.Buffers;
using System.Buffers.Binary;

namespace Umbra.Core.Rfb;

/// <summary>All-or-nothing reads: false leaves the reader where it was.</summary>
internal static class WireReading
{
    /// <summary>Fills <paramref name="wire"/> and moves on, or does neither.</summary>
    public static bool TryTake(this ref SequenceReader<byte> reader, scoped Span<byte> wire)
    {
        if (!reader.TryCopyTo(wire))
        {
            return false;
        }

        reader.Advance(wire.Length);
        return true;
    }

    /// <summary>The next <paramref name="length"/> bytes where they lie; valid as long as the reader's sequence.</summary>
    public static bool TryTake(this ref SequenceReader<byte> reader, int length, out ReadOnlySequence<byte> bytes)
    {
        if (reader.Remaining < length)
        {
            bytes = default;
            return false;
        }

        bytes = reader.UnreadSequence.Slice(0, length);
        reader.Advance(length);
        return true;
    }

    /// <summary>Looks at a big-endian U32 that stands <paramref name="offset"/> bytes ahead.</summary>
    public static bool TryPeekU32(this in SequenceReader<byte> reader, int offset, out uint value)
    {
        Span<byte> wire = stackalloc byte[4];
        if (reader.Remaining < offset + 4L)
        {
            value = 0;
            return false;
        }

        reader.UnreadSequence.Slice(offset, 4).CopyTo(wire);
        value = BinaryPrimitives.ReadUInt32BigEndian(wire);
        return true;
    }
}
