using System.Buffers;

namespace Umbra.Core.Link;

/// <summary>Target to near: ring. No fields.</summary>
public static class LinkBell
{
    /// <exception cref="Rfb.ProtocolException">There are bytes.</exception>
    public static void Read(in ReadOnlySequence<byte> payload) => new PayloadReader(payload, LinkMessageType.Bell).End();

    public static void Write(IBufferWriter<byte> output) => new FrameWriter(output, LinkMessageType.Bell, 0).End();
}
