using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Target to near: U8 lock keys, bit 0 scroll, bit 1 num, bit 2 caps.</summary>
public readonly record struct LinkLeds(byte Leds)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkLeds Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Leds);
        LinkLeds leds = new(reader.U8());
        reader.End();
        return leds;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Leds, 1);
        writer.U8(Leds);
        writer.End();
    }
}
