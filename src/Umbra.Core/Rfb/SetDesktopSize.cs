using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>
/// Client to server (rfbproto): U8 type 251, 1 byte padding, U16 width, U16 height, U8 number-of-screens, 1 byte padding, SCREEN[] (see
/// <see cref="Screen"/>).
/// To be sent only after the server sent an <see cref="ExtendedDesktopSizeRect"/>, which is the answer, too. The size is the peer's wish:
/// ask <see cref="Size.IsValid"/>.
/// </summary>
public readonly record struct SetDesktopSize(Size Size, IReadOnlyList<Screen> Screens)
{
    private const int HeaderSize = 8;

    public static bool TryRead(ref SequenceReader<byte> reader, out SetDesktopSize message)
    {
        message = default;
        if (!reader.TryPeek(6, out byte count))
        {
            return false;
        }

        if (count > RfbLimits.MaxScreens)
        {
            throw new ProtocolException($"desktop of {count} screens is too many");
        }

        Span<byte> wire = stackalloc byte[HeaderSize + (count * Screen.WireSize)];
        if (!reader.TryTake(wire))
        {
            return false;
        }

        Size size = new(BinaryPrimitives.ReadUInt16BigEndian(wire[2..]), BinaryPrimitives.ReadUInt16BigEndian(wire[4..]));
        message = new SetDesktopSize(size, ScreenList.Read(wire[HeaderSize..], count));
        return true;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        header[0] = (byte)ClientMessageType.SetDesktopSize;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], checked((ushort)Size.Width));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], checked((ushort)Size.Height));
        header[6] = checked((byte)Screens.Count);
        output.Write(header);
        ScreenList.Write(output, Screens);
    }
}
