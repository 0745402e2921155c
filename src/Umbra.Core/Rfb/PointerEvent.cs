using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Input;

namespace Umbra.Core.Rfb;

/// <summary>Client to server (RFC 6143, 7.5.5): U8 type 5, U8 button-mask, U16 x, U16 y.</summary>
public readonly record struct PointerEvent(PointerInput Input)
{
    public const int WireSize = 6;

    public static bool TryRead(ref SequenceReader<byte> reader, out PointerEvent message)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        bool isThere = reader.TryTake(wire);
        (int x, int y) = (BinaryPrimitives.ReadUInt16BigEndian(wire[2..]), BinaryPrimitives.ReadUInt16BigEndian(wire[4..]));
        message = new PointerEvent(new PointerInput(x, y, wire[1]));
        return isThere;
    }

    /// <summary>A position outside what the message can carry is moved to its edge.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        wire[0] = (byte)ClientMessageType.PointerEvent;
        wire[1] = Input.Buttons;
        BinaryPrimitives.WriteUInt16BigEndian(wire[2..], (ushort)Math.Clamp(Input.X, 0, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16BigEndian(wire[4..], (ushort)Math.Clamp(Input.Y, 0, ushort.MaxValue));
        output.Write(wire);
    }
}
