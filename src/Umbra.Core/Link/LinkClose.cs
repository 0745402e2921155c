using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Either way, the last message: why the sender closes the connection. U16 reason, text for people.</summary>
public readonly record struct LinkClose(LinkReason Reason, string Text)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkClose Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Close);
        LinkClose close = new((LinkReason)reader.U16(), reader.Text());
        reader.End();
        return close;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Close, 2 + FrameWriter.SizeOfText(Text));
        writer.U16((ushort)Reason);
        writer.Text(Text);
        writer.End();
    }
}
