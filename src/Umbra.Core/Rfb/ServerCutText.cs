using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>Server to client (RFC 6143, 7.6.4): U8 type 3, 3 bytes padding, U32 length, U8[] text in Latin-1, lines ending in LF.</summary>
public readonly record struct ServerCutText(string Text)
{
    public void Write(IBufferWriter<byte> output) => CutText.Write(output, (byte)ServerMessageType.ServerCutText, Text);
}
