using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Nodes;

/// <summary>The fields enrolment messages are made of: U16 length and that many bytes; texts are printable ASCII.</summary>
internal static class EnrolmentFields
{
    public static bool TryReadBytes(ref SequenceReader<byte> reader, int limit, string field, out byte[] bytes)
    {
        bytes = [];
        if (!reader.TryReadBigEndian(out short raw))
        {
            return false;
        }

        int length = (ushort)raw;
        if (length > limit)
        {
            throw new ProtocolException($"{field} of {length} bytes, at most {limit} allowed");
        }

        if (reader.Remaining < length)
        {
            return false;
        }

        bytes = new byte[length];
        return reader.TryCopyTo(bytes) && Advance(ref reader, length);
    }

    public static bool TryReadText(ref SequenceReader<byte> reader, int limit, string field, out string text)
    {
        text = "";
        if (!TryReadBytes(ref reader, limit, field, out byte[] bytes))
        {
            return false;
        }

        // Shown on terminals and in logs: nothing that could drive them.
        if (bytes.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            throw new ProtocolException($"{field} with a character that is not printable ASCII");
        }

        text = Encoding.ASCII.GetString(bytes);
        return true;
    }

    public static bool TryReadName(ref SequenceReader<byte> reader, out string name)
    {
        if (!TryReadText(ref reader, NodeNames.MaxLength, "node name", out name))
        {
            return false;
        }

        return NodeNames.IsValid(name) ? true : throw new ProtocolException("a node name that is not valid");
    }

    public static bool TryReadAddresses(ref SequenceReader<byte> reader, out IReadOnlyList<string> addresses)
    {
        addresses = [];
        if (!reader.TryRead(out byte count))
        {
            return false;
        }

        if (count > EnrolmentLimits.MaxAddresses)
        {
            throw new ProtocolException($"{count} addresses, at most {EnrolmentLimits.MaxAddresses} allowed");
        }

        string[] read = new string[count];
        for (int i = 0; i < count; i++)
        {
            if (!TryReadText(ref reader, EnrolmentLimits.MaxAddressBytes, "address", out read[i]))
            {
                return false;
            }

            if (!NodeAddresses.IsValid(read[i]))
            {
                throw new ProtocolException("an address that is not valid");
            }
        }

        addresses = read;
        return true;
    }

    public static void WriteBytes(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), checked((ushort)bytes.Length));
        output.Advance(2);
        output.Write(bytes);
    }

    public static void WriteText(IBufferWriter<byte> output, string text) => WriteBytes(output, Encoding.ASCII.GetBytes(text));

    public static void WriteAddresses(IBufferWriter<byte> output, IReadOnlyList<string> addresses)
    {
        output.GetSpan(1)[0] = checked((byte)addresses.Count);
        output.Advance(1);
        foreach (string address in addresses)
        {
            WriteText(output, address);
        }
    }

    private static bool Advance(ref SequenceReader<byte> reader, int count)
    {
        reader.Advance(count);
        return true;
    }
}
