using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Target to near: the desktop's title, a text.</summary>
public readonly record struct LinkTitle(string Title)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkTitle Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Title);
        LinkTitle title = new(reader.Text());
        reader.End();
        return title;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Title, FrameWriter.SizeOfText(Title));
        writer.Text(Title);
        writer.End();
    }
}
