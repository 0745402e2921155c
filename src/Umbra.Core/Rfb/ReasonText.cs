using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Umbra.Core.Rfb;

/// <summary>
/// Why a server refuses (RFC 6143, 7.1.2 and 7.1.3): U32 reason-length, U8[] reason-string. At most <see cref="RfbLimits.MaxReasonBytes"/>.
/// </summary>
public readonly record struct ReasonText(string Text)
{
    public static bool TryRead(ref SequenceReader<byte> reader, out ReasonText reason)
    {
        reason = default;
        if (!reader.TryPeekU32(0, out uint length))
        {
            return false;
        }

        if (length > RfbLimits.MaxReasonBytes)
        {
            throw new ProtocolException($"reason of {length} bytes is too long");
        }

        if (!reader.TryTake(4 + (int)length, out ReadOnlySequence<byte> wire))
        {
            return false;
        }

        reason = new ReasonText(Encoding.UTF8.GetString(wire.Slice(4)));
        return true;
    }

    /// <summary>A longer text is cut at the limit.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(Text);
        text = text[..Math.Min(text.Length, RfbLimits.MaxReasonBytes)];
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)text.Length);
        output.Write(length);
        output.Write(text);
    }
}
