using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Either way: answered at once with a <see cref="LinkPong"/> that carries the same U64.</summary>
public readonly record struct LinkPing(ulong Opaque)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkPing Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Ping);
        LinkPing ping = new(reader.U64());
        reader.End();
        return ping;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Ping, 8);
        writer.U64(Opaque);
        writer.End();
    }
}
