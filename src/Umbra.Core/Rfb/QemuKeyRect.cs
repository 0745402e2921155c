using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>
/// "Send <see cref="QemuKeyEvent"/> from now on" (rfbproto, QEMU Extended Key Event): a rectangle head of zeros, no body.
/// </summary>
public static class QemuKeyRect
{
    public static void Write(IBufferWriter<byte> output) => new RectHeader(default, RfbEncoding.QemuExtendedKey).Write(output);
}
