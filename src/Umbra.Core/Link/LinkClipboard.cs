using System.Buffers;
using System.Text;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>
/// Either way: U32 shadow id (of the shadower who copied, near to target; 0, target to near), then the text in UTF-8 to the end of the
/// frame,
/// at most <see cref="RfbLimits.MaxClipboardBytes"/>.
/// </summary>
public readonly record struct LinkClipboard(uint ShadowId, string Text)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkClipboard Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Clipboard);
        return new LinkClipboard(reader.U32(), reader.Utf8ToEnd());
    }

    /// <exception cref="ArgumentOutOfRangeException">The text is over the limit: whoever sends drops such texts, a cut one would be
    /// another.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Clipboard, 4 + Encoding.UTF8.GetByteCount(Text));
        writer.U32(ShadowId);
        writer.Utf8(Text);
        writer.End();
    }
}
