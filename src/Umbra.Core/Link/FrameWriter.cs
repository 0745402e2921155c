using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Link;

/// <summary>Writes one frame whose payload length is known: U32 length of what follows, U8 type, payload.</summary>
internal ref struct FrameWriter
{
    public const int HeadSize = 5;
    private readonly IBufferWriter<byte> _output;
    private readonly Span<byte> _frame;
    private int _at;

    /// <param name="payloadBytes">Payload bytes written here.</param>
    /// <param name="followingBytes">Payload bytes the caller writes after <see cref="End"/>.</param>
    public FrameWriter(IBufferWriter<byte> output, LinkMessageType type, int payloadBytes, int followingBytes = 0)
    {
        int payload = checked(payloadBytes + followingBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload, LinkLimits.MaxPayload(type), nameof(payloadBytes));
        _output = output;
        _frame = output.GetSpan(HeadSize + payloadBytes)[..(HeadSize + payloadBytes)];
        U32((uint)payload + 1);
        U8((byte)type);
    }

    /// <summary>Bytes a name takes; names are never cut, because a shorter one would be another name.</summary>
    public static int SizeOfName(string name)
    {
        int length = Encoding.UTF8.GetByteCount(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LinkLimits.MaxNameBytes, nameof(name));
        return 2 + length;
    }

    /// <summary>Bytes a text takes once it is cut to <see cref="LinkLimits.MaxTextBytes"/>.</summary>
    public static int SizeOfText(string text) => 2 + Encoding.UTF8.GetByteCount(Cut(text));

    public void U8(byte value) => _frame[_at++] = value;

    public void U16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_frame[_at..], checked((ushort)value));
        _at += 2;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_frame[_at..], value);
        _at += 4;
    }

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_frame[_at..], value);
        _at += 8;
    }

    public void Size(Size size)
    {
        U16(size.Width);
        U16(size.Height);
    }

    public void Name(string name)
    {
        U16(Encoding.UTF8.GetByteCount(name));
        Utf8(name);
    }

    public void Text(string text) => Name(Cut(text).ToString());

    public void Utf8(string text) => _at += Encoding.UTF8.GetBytes(text, _frame[_at..]);

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_frame[_at..]);
        _at += bytes.Length;
    }

    public readonly void End()
    {
        if (_at != _frame.Length)
        {
            throw new InvalidOperationException($"frame of {_frame.Length} bytes was announced, {_at} written");
        }

        _output.Advance(_at);
    }

    private static ReadOnlySpan<char> Cut(string text)
    {
        int bytes = 0;
        int chars = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > LinkLimits.MaxTextBytes)
            {
                break;
            }

            chars += rune.Utf16SequenceLength;
        }

        return text.AsSpan(0, chars);
    }
}
