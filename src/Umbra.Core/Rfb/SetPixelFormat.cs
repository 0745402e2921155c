using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>Client to server (RFC 6143, 7.5.1): U8 type 0, 3 bytes padding, PIXEL_FORMAT. Holds from the next update on.</summary>
public readonly record struct SetPixelFormat(PixelFormat Format)
{
    public const int WireSize = 4 + PixelFormat.WireSize;

    public static bool TryRead(ref SequenceReader<byte> reader, out SetPixelFormat message)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        message = default;
        if (!reader.TryTake(wire))
        {
            return false;
        }

        PixelFormat format = PixelFormat.Read(wire[4..]);
        if (!format.IsValid)
        {
            throw new ProtocolException($"pixel format is not usable: {format}");
        }

        message = new SetPixelFormat(format);
        return true;
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.Write<byte>([(byte)ClientMessageType.SetPixelFormat, 0, 0, 0]);
        Format.Write(output);
    }
}
