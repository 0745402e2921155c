using System.Buffers;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Link;

/// <summary>Near to target: U32 shadow id, U16 width, U16 height. The answer is a picture of that size, or none.</summary>
public readonly record struct LinkResizeRequest(uint ShadowId, Size Size)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkResizeRequest Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.ResizeRequest);
        LinkResizeRequest request = new(reader.ShadowId(), reader.Size());
        reader.End();
        return request;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.ResizeRequest, 4 + 2 + 2);
        writer.U32(ShadowId);
        writer.Size(Size);
        writer.End();
    }
}
