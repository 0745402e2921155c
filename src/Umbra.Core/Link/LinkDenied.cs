using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>
/// Target to near: no. U32 shadow id (0 = the whole open), U16 reason, name of the rule that said no (may be empty), text for people.
/// </summary>
public readonly record struct LinkDenied(uint ShadowId, LinkReason Reason, string Rule, string Text)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkDenied Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Denied);
        LinkDenied denied = new(reader.U32(), (LinkReason)reader.U16(), reader.NameOrEmpty(), reader.Text());
        reader.End();
        return denied;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Denied, 4 + 2 + FrameWriter.SizeOfName(Rule) + FrameWriter.SizeOfText(Text));
        writer.U32(ShadowId);
        writer.U16((ushort)Reason);
        writer.Name(Rule);
        writer.Text(Text);
        writer.End();
    }
}
