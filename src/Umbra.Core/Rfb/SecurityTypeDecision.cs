using System.Buffers;
using System.Buffers.Binary;

namespace Umbra.Core.Rfb;

/// <summary>
/// Server to client in version 3.3 (RFC 6143, appendix A): U32 security-type, decided by the server: <see cref="SecurityType.None"/> or
/// <see cref="SecurityType.VncAuth"/>. <see cref="SecurityType.Invalid"/> means refused: a <see cref="ReasonText"/> follows.
/// </summary>
public readonly record struct SecurityTypeDecision(SecurityType Type)
{
    public const int WireSize = 4;

    public static bool TryRead(ref SequenceReader<byte> reader, out SecurityTypeDecision decision)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        decision = default;
        if (!reader.TryTake(wire))
        {
            return false;
        }

        uint type = BinaryPrimitives.ReadUInt32BigEndian(wire);
        if (type > byte.MaxValue)
        {
            throw new ProtocolException($"security type {type} does not exist");
        }

        decision = new SecurityTypeDecision((SecurityType)type);
        return true;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        BinaryPrimitives.WriteUInt32BigEndian(wire, (uint)Type);
        output.Write(wire);
    }
}
