using System.Buffers;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Link;

/// <summary>
/// Target to near: the session is there. U16 width, U16 height (both 0 where it has no picture yet), title, kind ("desktop", "vnc", "pattern", "link"); U8
/// count, then the names of the nodes its pictures pass, the session's own node first, the target node last.
/// </summary>
public sealed record LinkOpened(Size Size, string Title, string Kind, IReadOnlyList<string> Path)
{
    public bool Equals(LinkOpened? other) =>
        other is not null && Size == other.Size && Title == other.Title && Kind == other.Kind && Path.SequenceEqual(other.Path);

    public override int GetHashCode() => HashCode.Combine(Size, Title, Kind, Path.Count);

    /// <exception cref="ProtocolException">A field is wrong, or the path is empty or longer than <see cref="LinkLimits.MaxDepth"/>.</exception>
    public static LinkOpened Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Opened);
        Size size = new(reader.U16(), reader.U16());
        if (size != default && !size.IsValid)
        {
            throw reader.Wrong($"size {size}");
        }

        string title = reader.Text();
        string kind = reader.Name();
        int count = reader.U8();
        if (count is 0 or > LinkLimits.MaxDepth)
        {
            throw reader.Wrong($"path of {count} nodes (1 to {LinkLimits.MaxDepth})");
        }

        string[] path = new string[count];
        for (int i = 0; i < count; i++)
        {
            path[i] = reader.Name();
        }

        reader.End();
        return new LinkOpened(size, title, kind, path);
    }

    public void Write(IBufferWriter<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Path.Count, LinkLimits.MaxDepth, nameof(Path));
        FrameWriter writer = new(
            output, LinkMessageType.Opened, 4 + FrameWriter.SizeOfText(Title) + FrameWriter.SizeOfName(Kind) + 1 + Path.Sum(FrameWriter.SizeOfName));
        writer.Size(Size);
        writer.Text(Title);
        writer.Name(Kind);
        writer.U8((byte)Path.Count);
        foreach (string node in Path)
        {
            writer.Name(node);
        }

        writer.End();
    }
}
