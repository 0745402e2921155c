using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Target to near: something the shadowers should know, nothing has ended. U16 reason, text for people.</summary>
public readonly record struct LinkNotice(LinkReason Reason, string Text)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkNotice Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Notice);
        LinkNotice notice = new((LinkReason)reader.U16(), reader.Text());
        reader.End();
        return notice;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Notice, 2 + FrameWriter.SizeOfText(Text));
        writer.U16((ushort)Reason);
        writer.Text(Text);
        writer.End();
    }
}
