using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>
/// End of an update that was begun with <see cref="FramebufferUpdate.UntilLastRect"/> (rfbproto, LastRect): a rectangle head of zeros, no
/// body.
/// </summary>
public static class LastRectMarker
{
    public static void Write(IBufferWriter<byte> output) => new RectHeader(default, RfbEncoding.LastRect).Write(output);
}
