using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Target to near: what the shadower may do from now on. U32 shadow id, U8 mode, text for people.</summary>
public readonly record struct LinkModeChanged(uint ShadowId, ShadowMode Mode, string Text)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkModeChanged Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.ModeChanged);
        LinkModeChanged changed = new(reader.ShadowId(), reader.Mode(), reader.Text());
        reader.End();
        return changed;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.ModeChanged, 4 + 1 + FrameWriter.SizeOfText(Text));
        writer.U32(ShadowId);
        writer.U8((byte)Mode);
        writer.Text(Text);
        writer.End();
    }
}
