using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>
/// Server to client (rfbproto): U8 type 150. Sent once when the client lists <see cref="RfbEncoding.ContinuousUpdates"/>, to say the server
/// has them, and
/// each time the client switches them off.
/// </summary>
public static class EndOfContinuousUpdates
{
    public static void Write(IBufferWriter<byte> output) => output.Write<byte>([(byte)ServerMessageType.EndOfContinuousUpdates]);
}
