using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>Client to server (RFC 6143, 7.5.6): U8 type 6, 3 bytes padding, U32 length, U8[] text in Latin-1, lines ending in LF.</summary>
public readonly record struct ClientCutText(string Text)
{
    public void Write(IBufferWriter<byte> output) => CutText.Write(output, (byte)ClientMessageType.ClientCutText, Text);
}
