using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Umbra.Core.Memory;

namespace Umbra.Core.Rfb;

/// <summary>
/// A cut text message with negative length (rfbproto, Extended Clipboard): U32 flags (formats in bits 0 to 15, action in bits 24 to 31).
/// Caps: then U32 per format, the
/// largest size the sender takes unasked. Provide: then a zlib stream with U32 size and data per format; text is UTF-8 with CR LF and a NUL
/// at its end. Only text is
/// spoken here; other formats are passed over.
/// </summary>
public readonly record struct ExtendedClipboard
{
    private const uint TextFormat = 1;
    private const uint ActionMask = 0xFF000000;

    /// <summary>The one action, or for <see cref="ClipboardAction.Caps"/> all the sender understands.</summary>
    public ClipboardAction Action { get; private init; }

    /// <summary>Whether the message speaks of text.</summary>
    public bool HasText { get; private init; }

    /// <summary>Caps: most bytes of text the sender wants unasked. 0: wants to be notified only.</summary>
    public uint TextLimit { get; private init; }

    /// <summary>Provide: the text with LF, or null where there is none or it is over <see cref="RfbLimits.MaxClipboardBytes"/>.</summary>
    public string? Text { get; private init; }

    public bool IsCaps => Action.HasFlag(ClipboardAction.Caps);

    /// <summary>What we understand: text, all actions.</summary>
    public static ExtendedClipboard Caps { get; } = new()
    {
        Action = ClipboardAction.Caps | ClipboardAction.Request | ClipboardAction.Peek | ClipboardAction.Notify | ClipboardAction.Provide,
        HasText = true,
        TextLimit = RfbLimits.MaxClipboardBytes,
    };

    public static ExtendedClipboard Request { get; } = new() { Action = ClipboardAction.Request, HasText = true };

    /// <param name="hasText">False: the clipboard is empty, or not ours any more.</param>
    public static ExtendedClipboard Notify(bool hasText) => new() { Action = ClipboardAction.Notify, HasText = hasText };

    /// <param name="text">At most <see cref="RfbLimits.MaxClipboardBytes"/> of UTF-8, or the peer may drop it.</param>
    public static ExtendedClipboard Provide(string text) => new() { Action = ClipboardAction.Provide, HasText = true, Text = text };

    /// <summary>Reads what follows the length.</summary>
    /// <exception cref="ProtocolException">Not an extended clipboard message.</exception>
    public static ExtendedClipboard Parse(ReadOnlySequence<byte> body, BufferPool pool, Account account)
    {
        SequenceReader<byte> reader = new(body);
        if (!reader.TryPeekU32(0, out uint flags))
        {
            throw new ProtocolException("extended clipboard message without flags");
        }

        ClipboardAction action = (ClipboardAction)(flags & ActionMask);
        ExtendedClipboard message = new() { Action = action, HasText = (flags & TextFormat) != 0 };
        if (message.IsCaps)
        {
            return message.HasText && reader.TryPeekU32(4, out uint limit) ? message with { TextLimit = limit } : message;
        }

        return action == ClipboardAction.Provide && message.HasText
            ? message with { Text = Inflate(body.Slice(4), pool, account) }
            : message;
    }

    public void WriteAsServer(PayloadWriter output) => Write(output, (byte)ServerMessageType.ServerCutText);

    public void WriteAsClient(PayloadWriter output) => Write(output, (byte)ClientMessageType.ClientCutText);

    private void Write(PayloadWriter output, byte type)
    {
        int start = output.Length;
        CutText.WriteHeader(output, type, 0);
        WriteU32(output, (uint)Action | (HasText ? TextFormat : 0));
        if (IsCaps)
        {
            WriteU32(output, TextLimit);
        }
        else if (Text is not null)
        {
            Deflate(output, Text);
        }

        int length = output.Length - start - CutText.HeaderSize;
        BinaryPrimitives.WriteInt32BigEndian(output.Written[(start + 4)..], -length);
    }

    private static void WriteU32(IBufferWriter<byte> output, uint value)
    {
        Span<byte> wire = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(wire, value);
        output.Write(wire);
    }

    private static void Deflate(PayloadWriter output, string text)
    {
        string wireText = text.ReplaceLineEndings("\r\n") + "\0";
        Span<byte> chunk = stackalloc byte[1024];
        using ZLibStream zlib = new(new BufferWriterStream(output), CompressionLevel.Fastest);
        BinaryPrimitives.WriteInt32BigEndian(chunk, Encoding.UTF8.GetByteCount(wireText));
        zlib.Write(chunk[..4]);
        Encoder encoder = Encoding.UTF8.GetEncoder();
        ReadOnlySpan<char> left = wireText;
        while (!left.IsEmpty)
        {
            encoder.Convert(left, chunk, flush: true, out int charsUsed, out int bytesUsed, out _);
            zlib.Write(chunk[..bytesUsed]);
            left = left[charsUsed..];
        }
    }

    private static string? Inflate(ReadOnlySequence<byte> compressed, BufferPool pool, Account account)
    {
        try
        {
            using ZLibStream zlib = new(new SequenceStream(compressed), CompressionMode.Decompress);
            Span<byte> header = stackalloc byte[4];
            zlib.ReadExactly(header);
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size is 0 or > RfbLimits.MaxClipboardBytes)
            {
                return size == 0 ? "" : null;
            }

            using Lease text = pool.Rent((int)size, BufferTag.Clipboard, account);
            zlib.ReadExactly(text.Span);
            return Encoding.UTF8.GetString(text.Span.TrimEnd((byte)0)).ReplaceLineEndings("\n");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // zlib's own complaint (a preset dictionary is asked for) comes as an IOException.
            throw new ProtocolException("extended clipboard message does not inflate");
        }
    }
}
