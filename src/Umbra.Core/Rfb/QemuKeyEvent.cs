using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Input;

namespace Umbra.Core.Rfb;

/// <summary>
/// Client to server (rfbproto, QEMU extended key event): U8 type 255, U8 submessage 0, U16 down-flag, U32 keysym, U32 keycode (XT scan
/// code; those that begin with
/// 0xE0 have bit 7 set instead). The only QEMU submessage a client may send here: none of the others is announced.
/// </summary>
public readonly record struct QemuKeyEvent(KeyInput Input)
{
    public const int WireSize = 12;

    public static bool TryRead(ref SequenceReader<byte> reader, out QemuKeyEvent message)
    {
        message = default;
        if (reader.TryPeek(1, out byte submessage) && submessage != 0)
        {
            throw new ProtocolException($"qemu client submessage {submessage} was not announced");
        }

        Span<byte> wire = stackalloc byte[WireSize];
        if (!reader.TryTake(wire))
        {
            return false;
        }

        bool isDown = BinaryPrimitives.ReadUInt16BigEndian(wire[2..]) != 0;
        (uint keysym, uint code) = (BinaryPrimitives.ReadUInt32BigEndian(wire[4..]), BinaryPrimitives.ReadUInt32BigEndian(wire[8..]));
        message = new QemuKeyEvent(new KeyInput(keysym, code, isDown));
        return true;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        wire[0] = (byte)ClientMessageType.Qemu;
        wire[3] = Input.Down ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(wire[4..], Input.Keysym);
        BinaryPrimitives.WriteUInt32BigEndian(wire[8..], Input.XtCode);
        output.Write(wire);
    }
}
