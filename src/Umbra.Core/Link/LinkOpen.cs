using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Near to target: the session this connection is for, by its name on the target node.</summary>
public readonly record struct LinkOpen(string Session)
{
    /// <exception cref="ProtocolException">The name is wrong.</exception>
    public static LinkOpen Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Open);
        LinkOpen open = new(reader.Name());
        reader.End();
        return open;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Open, FrameWriter.SizeOfName(Session));
        writer.Name(Session);
        writer.End();
    }
}
