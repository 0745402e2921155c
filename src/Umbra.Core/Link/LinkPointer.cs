using System.Buffers;
using Umbra.Core.Input;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Near to target: U32 shadow id, U16 x, U16 y (session pixels), U8 buttons that are down, bit 0 the left one.</summary>
public readonly record struct LinkPointer(uint ShadowId, PointerInput Pointer)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkPointer Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Pointer);
        LinkPointer pointer = new(reader.ShadowId(), new PointerInput(reader.U16(), reader.U16(), reader.U8()));
        reader.End();
        return pointer;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Pointer, 4 + 2 + 2 + 1);
        writer.U32(ShadowId);
        writer.U16(Pointer.X);
        writer.U16(Pointer.Y);
        writer.U8(Pointer.Buttons);
        writer.End();
    }
}
