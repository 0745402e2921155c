using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>
/// Near to target: the session this connection is for. Session name; U8 count, then the names of the nodes already passed, the near node
/// last.
/// </summary>
public sealed record LinkOpen(string Session, IReadOnlyList<string> Path)
{
    public bool Equals(LinkOpen? other) => other is not null && Session == other.Session && Path.SequenceEqual(other.Path);

    public override int GetHashCode() => HashCode.Combine(Session, Path.Count);

    /// <summary>Whether the picture would come back to a node it has passed.</summary>
    public bool IsLoopAt(string node) => Path.Contains(node, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ProtocolException">A name is wrong, or the path is empty or longer than <see
    /// cref="LinkLimits.MaxDepth"/>.</exception>
    public static LinkOpen Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Open);
        string session = reader.Name();
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
        return new LinkOpen(session, path);
    }

    public void Write(IBufferWriter<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Path.Count, LinkLimits.MaxDepth, nameof(Path));
        FrameWriter writer = new(output, LinkMessageType.Open, FrameWriter.SizeOfName(Session) + 1 + Path.Sum(FrameWriter.SizeOfName));
        writer.Name(Session);
        writer.U8((byte)Path.Count);
        foreach (string node in Path)
        {
            writer.Name(node);
        }

        writer.End();
    }
}
