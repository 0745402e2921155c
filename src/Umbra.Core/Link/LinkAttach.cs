using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>
/// Near to target: one more shadower. U32 shadow id (chosen by the near node, not 0, unique on this connection), U8 mode wanted, user,
/// reason,
/// address of the shadower's viewer as text.
/// </summary>
public readonly record struct LinkAttach(uint ShadowId, ShadowMode Mode, string User, string Reason, string Address)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkAttach Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Attach);
        LinkAttach attach = new(reader.ShadowId(), reader.Mode(), reader.Name(), reader.Text(), reader.Text());
        reader.End();
        return attach;
    }

    public void Write(IBufferWriter<byte> output)
    {
        int strings = FrameWriter.SizeOfName(User) + FrameWriter.SizeOfText(Reason) + FrameWriter.SizeOfText(Address);
        FrameWriter writer = new(output, LinkMessageType.Attach, 4 + 1 + strings);
        writer.U32(ShadowId);
        writer.U8((byte)Mode);
        writer.Name(User);
        writer.Text(Reason);
        writer.Text(Address);
        writer.End();
    }
}
