using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>
/// Server to client (RFC 6143, 7.3.2): U16 framebuffer-width, U16 framebuffer-height, PIXEL_FORMAT server-pixel-format, U32 name-length,
/// U8[] name-string.
/// </summary>
public readonly record struct ServerInit(Size Size, PixelFormat Format, string Name)
{
    private const int FixedSize = 4 + PixelFormat.WireSize + 4;

    public static bool TryRead(ref SequenceReader<byte> reader, out ServerInit init)
    {
        init = default;
        if (!reader.TryPeekU32(FixedSize - 4, out uint nameLength))
        {
            return false;
        }

        if (nameLength > RfbLimits.MaxNameBytes)
        {
            throw new ProtocolException($"desktop name of {nameLength} bytes is too long");
        }

        Span<byte> wire = stackalloc byte[FixedSize + (int)nameLength];
        if (!reader.TryTake(wire))
        {
            return false;
        }

        Size size = new(BinaryPrimitives.ReadUInt16BigEndian(wire), BinaryPrimitives.ReadUInt16BigEndian(wire[2..]));
        init = new ServerInit(size, PixelFormat.Read(wire[4..]), Encoding.UTF8.GetString(wire[FixedSize..]));
        return true;
    }

    /// <summary>A longer name is cut at <see cref="RfbLimits.MaxNameBytes"/>.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(size, checked((ushort)Size.Width));
        BinaryPrimitives.WriteUInt16BigEndian(size[2..], checked((ushort)Size.Height));
        output.Write(size);
        Format.Write(output);
        DesktopNameRect.WriteName(output, Name);
    }
}
