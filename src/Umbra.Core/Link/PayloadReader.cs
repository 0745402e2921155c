using System.Buffers;
using System.Text;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Link;

/// <summary>
/// Reads the fields of one complete payload. A frame's payload is whole before it is read, so a message has two outcomes only:
/// read, or <see cref="ProtocolException"/>.
/// </summary>
internal ref struct PayloadReader(ReadOnlySequence<byte> payload, LinkMessageType type)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private SequenceReader<byte> _reader = new(payload);

    public readonly long Remaining => _reader.Remaining;

    public byte U8() => _reader.TryRead(out byte value) ? value : throw TooShort();

    public ushort U16() => _reader.TryReadBigEndian(out short value) ? (ushort)value : throw TooShort();

    public uint U32() => _reader.TryReadBigEndian(out int value) ? (uint)value : throw TooShort();

    public ulong U64() => _reader.TryReadBigEndian(out long value) ? (ulong)value : throw TooShort();

    public bool Bool() => U8() switch
    {
        0 => false,
        1 => true,
        byte other => throw Wrong($"{other} is neither 0 nor 1"),
    };

    public uint ShadowId()
    {
        uint id = U32();
        return id != 0 ? id : throw Wrong("shadow id 0");
    }

    public ShadowMode Mode()
    {
        ShadowMode mode = (ShadowMode)U8();
        return mode is ShadowMode.View or ShadowMode.Control ? mode : throw Wrong($"mode {(byte)mode}");
    }

    public Size Size()
    {
        Size size = new(U16(), U16());
        return size.IsValid ? size : throw Wrong($"size {size}");
    }

    /// <summary>A name is not empty and has no control characters, so that it can stand in a log line or a table.</summary>
    public string Name()
    {
        string name = String(LinkLimits.MaxNameBytes);
        return name.Length == 0 ? throw Wrong("empty name") : name.Any(char.IsControl) ? throw Wrong("control character in a name") : name;
    }

    public string NameOrEmpty()
    {
        string name = String(LinkLimits.MaxNameBytes);
        return name.Any(char.IsControl) ? throw Wrong("control character in a name") : name;
    }

    public string Text() => String(LinkLimits.MaxTextBytes);

    /// <summary>All that is left, as UTF-8.</summary>
    public string Utf8ToEnd() => Utf8(Bytes(_reader.Remaining));

    public ReadOnlySequence<byte> Bytes(long count)
    {
        if (_reader.Remaining < count)
        {
            throw TooShort();
        }

        ReadOnlySequence<byte> bytes = _reader.UnreadSequence.Slice(0, count);
        _reader.Advance(count);
        return bytes;
    }

    /// <summary>Nothing may follow the fields of a message.</summary>
    public readonly void End()
    {
        if (!_reader.End)
        {
            throw Wrong($"{_reader.Remaining} bytes too long");
        }
    }

    public readonly ProtocolException Wrong(string what) => new($"link {type}: {what}");

    private string String(int limit)
    {
        int length = U16();
        return length <= limit ? Utf8(Bytes(length)) : throw Wrong($"string of {length} bytes (limit {limit})");
    }

    private readonly string Utf8(in ReadOnlySequence<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Wrong("text is not UTF-8");
        }
    }

    private readonly ProtocolException TooShort() => Wrong("too short");
}
