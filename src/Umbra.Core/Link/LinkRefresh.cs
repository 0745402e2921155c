using System.Buffers;

namespace Umbra.Core.Link;

/// <summary>Near to target: say when everything the session shows now has been sent. No fields.</summary>
public static class LinkRefresh
{
    /// <exception cref="Rfb.ProtocolException">There are bytes.</exception>
    public static void Read(in ReadOnlySequence<byte> payload) => new PayloadReader(payload, LinkMessageType.Refresh).End();

    public static void Write(IBufferWriter<byte> output) => new FrameWriter(output, LinkMessageType.Refresh, 0).End();
}
