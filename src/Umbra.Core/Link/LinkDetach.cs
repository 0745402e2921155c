using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Either way: the shadow is over. U32 shadow id. What it held down is released by the target.</summary>
public readonly record struct LinkDetach(uint ShadowId)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkDetach Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Detach);
        LinkDetach detach = new(reader.ShadowId());
        reader.End();
        return detach;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Detach, 4);
        writer.U32(ShadowId);
        writer.End();
    }
}
