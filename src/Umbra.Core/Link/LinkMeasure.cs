using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Near to target, on a link on which no session is opened: so many bytes of <see cref="LinkFiller"/> are wanted, to see how fast the wire is.</summary>
/// <param name="Bytes">1 to <see cref="MaxBytes"/>.</param>
public readonly record struct LinkMeasure(int Bytes)
{
    /// <summary>What can be asked for at once.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkMeasure Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Measure);
        uint bytes = reader.U32();
        reader.End();
        return bytes is >= 1 and <= MaxBytes ? new LinkMeasure((int)bytes) : throw new ProtocolException($"link: Measure: {bytes} bytes are asked for, 1 to {MaxBytes} can be");
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Measure, 4);
        writer.U32((uint)Bytes);
        writer.End();
    }
}
