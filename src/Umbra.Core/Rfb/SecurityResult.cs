using System.Buffers;
using System.Buffers.Binary;

namespace Umbra.Core.Rfb;

/// <summary>
/// Server to client (RFC 6143, 7.1.3): U32 status, 0 ok, 1 failed, 2 too many attempts. In version 3.8 a failure carries a
/// <see cref="ReasonText"/>; before,
/// the server just closes. <see cref="Failure"/> is null when the client is let in.
/// </summary>
public readonly record struct SecurityResult(string? Failure)
{
    public bool IsOk => Failure is null;

    public static bool TryRead(ref SequenceReader<byte> reader, ProtocolVersion version, out SecurityResult result)
    {
        result = default;
        if (!reader.TryPeekU32(0, out uint status))
        {
            return false;
        }

        SequenceReader<byte> ahead = reader;
        ahead.Advance(4);
        if (status != 0)
        {
            ReasonText reason = new(status == 2 ? "too many attempts" : "not let in");
            if (version.HasSecurityReason && !ReasonText.TryRead(ref ahead, out reason))
            {
                return false;
            }

            result = new SecurityResult(reason.Text);
        }

        reader = ahead;
        return true;
    }

    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        Span<byte> wire = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(wire, IsOk ? 0u : 1u);
        output.Write(wire);
        if (Failure is not null && version.HasSecurityReason)
        {
            new ReasonText(Failure).Write(output);
        }
    }
}
