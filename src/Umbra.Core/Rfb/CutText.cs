using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Umbra.Core.Memory;

namespace Umbra.Core.Rfb;

/// <summary>
/// What <see cref="ClientCutText"/>, <see cref="ServerCutText"/> and <see cref="ExtendedClipboard"/> share on the wire: U8 type, 3 bytes
/// padding, S32 length. A negative
/// length announces an extended clipboard message of minus that many bytes (rfbproto, Extended Clipboard).
/// </summary>
internal static class CutText
{
    public const int HeaderSize = 8;

    /// <summary>
    /// Reads one message whole, or only its header when the rest is over <see cref="RfbLimits.MaxClipboardBytes"/>: then
    /// <paramref name="bytesToSkip"/> says how
    /// much of it is still in the stream, and neither text nor clipboard is given.
    /// </summary>
    public static bool TryRead(
        ref SequenceReader<byte> reader, BufferPool pool, Account account,
        out string? text, out ExtendedClipboard? extended, out long bytesToSkip)
    {
        (text, extended, bytesToSkip) = (null, null, 0);
        if (!reader.TryPeekU32(4, out uint wireLength))
        {
            return false;
        }

        long length = Math.Abs((long)(int)wireLength);
        if (length > RfbLimits.MaxClipboardBytes)
        {
            reader.Advance(HeaderSize);
            bytesToSkip = length;
            return true;
        }

        if (!reader.TryTake(HeaderSize + (int)length, out ReadOnlySequence<byte> message))
        {
            return false;
        }

        ReadOnlySequence<byte> body = message.Slice(HeaderSize);
        if ((int)wireLength < 0)
        {
            extended = ExtendedClipboard.Parse(body, pool, account);
        }
        else
        {
            text = Encoding.Latin1.GetString(body);
        }

        return true;
    }

    public static void WriteHeader(IBufferWriter<byte> output, byte type, int length)
    {
        Span<byte> wire = stackalloc byte[HeaderSize];
        wire[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(wire[4..], length);
        output.Write(wire);
    }

    /// <summary>Characters outside Latin-1 become question marks.</summary>
    public static void Write(IBufferWriter<byte> output, byte type, string text)
    {
        WriteHeader(output, type, text.Length);
        Encoding.Latin1.GetBytes(text, output);
    }
}
