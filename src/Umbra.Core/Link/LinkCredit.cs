using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Near to target: U64 the newest commit that is decoded, U8 further pictures the target may send.</summary>
public readonly record struct LinkCredit(ulong Commit, byte Credits)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkCredit Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Credit);
        LinkCredit credit = new(reader.U64(), reader.U8());
        reader.End();
        return credit;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Credit, 8 + 1);
        writer.U64(Commit);
        writer.U8(Credits);
        writer.End();
    }
}
