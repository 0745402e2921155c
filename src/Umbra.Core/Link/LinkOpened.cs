using System.Buffers;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Link;

/// <summary>
/// Target to near: the session is there. U16 width, U16 height (both 0 where it has no picture yet), title, kind ("desktop", "vnc",
/// "pattern", "link").
/// </summary>
public readonly record struct LinkOpened(Size Size, string Title, string Kind)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkOpened Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Opened);
        Size size = new(reader.U16(), reader.U16());
        if (size != default && !size.IsValid)
        {
            throw reader.Wrong($"size {size}");
        }

        LinkOpened opened = new(size, reader.Text(), reader.Name());
        reader.End();
        return opened;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Opened, 4 + FrameWriter.SizeOfText(Title) + FrameWriter.SizeOfName(Kind));
        writer.Size(Size);
        writer.Text(Title);
        writer.Name(Kind);
        writer.End();
    }
}
