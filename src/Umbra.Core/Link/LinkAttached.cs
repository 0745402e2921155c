using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Target to near: the shadow is granted. U32 shadow id, U8 mode granted, which may be less than was wanted.</summary>
public readonly record struct LinkAttached(uint ShadowId, ShadowMode Mode)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkAttached Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Attached);
        LinkAttached attached = new(reader.ShadowId(), reader.Mode());
        reader.End();
        return attached;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Attached, 4 + 1);
        writer.U32(ShadowId);
        writer.U8((byte)Mode);
        writer.End();
    }
}
