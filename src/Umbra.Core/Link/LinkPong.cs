using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>The answer to a <see cref="LinkPing"/>: its U64.</summary>
public readonly record struct LinkPong(ulong Opaque)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkPong Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Pong);
        LinkPong pong = new(reader.U64());
        reader.End();
        return pong;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Pong, 8);
        writer.U64(Opaque);
        writer.End();
    }
}
