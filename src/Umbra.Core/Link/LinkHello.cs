using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>
/// The first message, both ways at once: U32 magic 'UMBR', U16 version, name of the sending node. What follows is for later versions and
/// ignored.
/// Both sides go on in the lower of the two versions.
/// </summary>
public readonly record struct LinkHello(ushort Version, string Node)
{
    /// <summary>'UMBR'.</summary>
    public const uint Magic = 0x554D4252;

    /// <summary>What this code speaks.</summary>
    public const ushort CurrentVersion = 1;

    /// <summary>The oldest version this code still speaks.</summary>
    public const ushort OldestVersion = 1;

    /// <exception cref="ProtocolException">Not a link, or not a hello.</exception>
    public static LinkHello Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Hello);
        uint magic = reader.U32();
        return magic == Magic ? new LinkHello(reader.U16(), reader.Name()) : throw reader.Wrong($"magic {magic:x8}");
    }

    /// <summary>The version to go on in with a peer that said <paramref name="peerVersion"/>; false where there is none.</summary>
    public static bool TryAgree(ushort peerVersion, out ushort version)
    {
        version = Math.Min(CurrentVersion, peerVersion);
        return version >= OldestVersion;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Hello, 4 + 2 + FrameWriter.SizeOfName(Node));
        writer.U32(Magic);
        writer.U16(Version);
        writer.Name(Node);
        writer.End();
    }
}
