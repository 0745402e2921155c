using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>
/// The lock keys' state: bit 0 scroll, bit 1 num, bit 2 caps. A rectangle head of zeros; body U8 in QEMU's form (rfbproto, QEMU LED State),
/// U32 in VMware's.
/// </summary>
public readonly record struct LedStateRect(byte Leds)
{
    /// <summary>Reads the body after a rectangle head of <paramref name="encoding"/>, which is one of the two forms.</summary>
    public static bool TryReadBody(ref SequenceReader<byte> reader, RfbEncoding encoding, out LedStateRect rect)
    {
        Span<byte> wire = stackalloc byte[encoding == RfbEncoding.VMwareLedState ? 4 : 1];
        bool isThere = reader.TryTake(wire);
        rect = new LedStateRect(wire[^1]);
        return isThere;
    }

    /// <param name="encoding">The form the client knows: <see cref="ClientCapabilities.LedEncoding"/>.</param>
    public void Write(IBufferWriter<byte> output, RfbEncoding encoding)
    {
        new RectHeader(default, encoding).Write(output);
        Span<byte> wire = stackalloc byte[encoding == RfbEncoding.VMwareLedState ? 4 : 1];
        wire[^1] = Leds;
        output.Write(wire);
    }
}
