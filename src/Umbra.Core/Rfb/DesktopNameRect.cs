using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Umbra.Core.Rfb;

/// <summary>The desktop's new title (rfbproto, DesktopName): a rectangle head of zeros; body U32 length, U8[] name in UTF-8.</summary>
public readonly record struct DesktopNameRect(string Name)
{
    /// <summary>Reads the body after a rectangle head.</summary>
    public static bool TryReadBody(ref SequenceReader<byte> reader, out DesktopNameRect rect)
    {
        rect = default;
        if (!reader.TryPeekU32(0, out uint length))
        {
            return false;
        }

        if (length > RfbLimits.MaxNameBytes)
        {
            throw new ProtocolException($"desktop name of {length} bytes is too long");
        }

        if (!reader.TryTake(4 + (int)length, out ReadOnlySequence<byte> wire))
        {
            return false;
        }

        rect = new DesktopNameRect(Encoding.UTF8.GetString(wire.Slice(4)));
        return true;
    }

    /// <summary>A longer name is cut at <see cref="RfbLimits.MaxNameBytes"/>.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        new RectHeader(default, RfbEncoding.DesktopName).Write(output);
        WriteName(output, Name);
    }

    internal static void WriteName(IBufferWriter<byte> output, string name)
    {
        Span<byte> wire = stackalloc byte[4 + RfbLimits.MaxNameBytes];
        Encoding.UTF8.GetEncoder().Convert(name, wire[4..], flush: true, out _, out int length, out _);
        BinaryPrimitives.WriteInt32BigEndian(wire, length);
        output.Write(wire[..(4 + length)]);
    }
}
