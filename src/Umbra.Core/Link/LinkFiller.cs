using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Either way: bytes that mean nothing, to see how fast the wire is.</summary>
/// <param name="Bytes">How many, 0 to <see cref="MaxBytes"/>.</param>
public readonly record struct LinkFiller(int Bytes)
{
    /// <summary>In one message.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkFiller Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Filler);
        uint bytes = reader.U32();
        return bytes == reader.Remaining ? new LinkFiller((int)bytes) : throw new ProtocolException($"link: Filler: {bytes} bytes are announced, {reader.Remaining} are there");
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Filler, 4, Bytes);
        writer.U32((uint)Bytes);
        writer.End();
        output.GetSpan(Bytes)[..Bytes].Clear();
        output.Advance(Bytes);
    }
}
