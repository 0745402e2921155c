using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Umbra.Transports.NetBios;

/// <summary>
/// A NetBIOS name: 15 characters padded with spaces, and a suffix that says what kind of service has the name. For people <c>NAME#20</c>, the suffix in hexadecimal.
/// Two are equal where all 16 bytes are. On the wire (RFC 1001 section 14.1) each half of a byte is a letter from A to P, between the length 32 and the empty label of no scope.
/// </summary>
internal readonly record struct NetBiosName
{
    /// <summary>Of the part before the suffix.</summary>
    public const int MaxCharacters = 15;

    /// <summary>On the wire: a length, 32 letters, and the end.</summary>
    public const int EncodedBytes = 34;

    /// <summary>Of the service that takes sessions.</summary>
    public const byte ServerSuffix = 0x20;

    /// <summary>Of the machine itself, or of who calls.</summary>
    public const byte WorkstationSuffix = 0x00;

    private const int Bytes = 16;
    private const byte LabelLength = 2 * Bytes;
    private readonly UInt128 _value;

    private NetBiosName(UInt128 value) => _value = value;

    /// <summary>An asterisk and zeros: whoever hears a node status request for it.</summary>
    public static NetBiosName Any { get; } = new((UInt128)'*' << (8 * MaxCharacters));

    /// <summary>What this machine calls itself when it calls others: as much of its host name as a name may have.</summary>
    public static NetBiosName OfThisMachine { get; } = Caller(Environment.MachineName);

    public byte Suffix => (byte)_value;

    /// <summary>Without the padding.</summary>
    public string Text
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Bytes];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
            return Encoding.Latin1.GetString(bytes[..MaxCharacters]).TrimEnd(' ');
        }
    }

    public NetBiosName WithSuffix(byte suffix) => new((_value & ~(UInt128)byte.MaxValue) | suffix);

    /// <param name="text">A name in any case, with or without a suffix; without, it is <see cref="ServerSuffix"/>.</param>
    /// <param name="error">What is wrong, for a person.</param>
    public static bool TryParse(string text, out NetBiosName name, [NotNullWhen(false)] out string? error)
    {
        name = default;
        int hash = text.IndexOf('#', StringComparison.Ordinal);
        string characters = hash < 0 ? text : text[..hash];
        byte suffix = ServerSuffix;
        error = characters switch
        {
            _ when characters.Length is 0 or > MaxCharacters => $"a NetBIOS name has 1 to {MaxCharacters} characters",
            _ when !characters.All(IsAllowed) => "a NetBIOS name has letters, digits and - _ . $ ! ~",
            _ when hash >= 0 && !(text.Length == hash + 3 && byte.TryParse(text.AsSpan(hash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out suffix)) =>
                "the suffix of a NetBIOS name has two hexadecimal digits, as in NAME#20",
            _ => null,
        };
        if (error is null)
        {
            name = Make(characters, suffix);
        }

        return error is null;
    }

    /// <param name="encoded">Exactly <see cref="EncodedBytes"/>.</param>
    /// <returns>False where it is no name, or one with a scope, of which there are none here.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, out NetBiosName name)
    {
        name = default;
        if (encoded.Length != EncodedBytes || encoded[0] != LabelLength || encoded[^1] != 0)
        {
            return false;
        }

        UInt128 value = 0;
        foreach (byte letter in encoded[1..^1])
        {
            if (letter is < (byte)'A' or > (byte)'P')
            {
                return false;
            }

            value = (value << 4) | (uint)(letter - 'A');
        }

        name = new NetBiosName(value);
        return true;
    }

    /// <param name="destination">At least <see cref="EncodedBytes"/>.</param>
    public void Encode(Span<byte> destination)
    {
        destination[0] = LabelLength;
        for (int i = 0; i < LabelLength; i++)
        {
            destination[LabelLength - i] = (byte)('A' + (int)((_value >> (4 * i)) & 0xF));
        }

        destination[EncodedBytes - 1] = 0;
    }

    /// <summary>The 16 bytes as a table of names has them (RFC 1002 section 4.2.18).</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, _value);

    public override string ToString() => $"{Text}#{Suffix:X2}";

    private static NetBiosName Caller(string machine)
    {
        string characters = new([.. machine.Where(IsAllowed).Take(MaxCharacters)]);
        return Make(characters.Length == 0 ? "UMBRA" : characters, WorkstationSuffix);
    }

    private static NetBiosName Make(string characters, byte suffix)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes.Fill((byte)' ');
        Encoding.ASCII.GetBytes(characters.ToUpperInvariant(), bytes);
        bytes[^1] = suffix;
        return new NetBiosName(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>Fewer than others allow: none that needs an escape in an address or in a shell.</summary>
    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '$' or '!' or '~';
}
