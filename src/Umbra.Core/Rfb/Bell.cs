using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>Server to client (RFC 6143, 7.6.3): U8 type 2.</summary>
public static class Bell
{
    public static void Write(IBufferWriter<byte> output) => output.Write<byte>([(byte)ServerMessageType.Bell]);
}
