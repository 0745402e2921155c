using System.Buffers;

namespace Umbra.Core.Link;

/// <summary>Target to near: the pictures before this one bring the near node to what the session showed at its <see cref="LinkRefresh"/>, or later. No fields.</summary>
public static class LinkRefreshed
{
    /// <exception cref="Rfb.ProtocolException">There are bytes.</exception>
    public static void Read(in ReadOnlySequence<byte> payload) => new PayloadReader(payload, LinkMessageType.Refreshed).End();

    public static void Write(IBufferWriter<byte> output) => new FrameWriter(output, LinkMessageType.Refreshed, 0).End();
}
