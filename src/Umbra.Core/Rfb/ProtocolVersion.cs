using System.Buffers;
using System.Globalization;
using System.Text;

namespace Umbra.Core.Rfb;

/// <summary>The first message of both sides (RFC 6143, 7.1.1): 12 bytes, "RFB xxx.yyy\n" with decimal major and minor version.</summary>
public readonly record struct ProtocolVersion(int Major, int Minor)
{
    public const int WireSize = 12;

    public static ProtocolVersion V33 { get; } = new(3, 3);

    public static ProtocolVersion V37 { get; } = new(3, 7);

    public static ProtocolVersion V38 { get; } = new(3, 8);

    /// <summary>
    /// The version whose handshake the peer follows: 3.7 and 3.8 as they are. RFC 6143 has all other numbers seen in the wild (3.5, 3.889,
    /// 4.1) treated as 3.3,
    /// because they do not announce the handshake of 3.7.
    /// </summary>
    public ProtocolVersion Spoken => this == V38 || this == V37 ? this : V33;

    /// <summary>3.3: the server decides the security type alone; later the client chooses from a list.</summary>
    public bool HasSecurityTypeList => Spoken != V33;

    /// <summary>3.8: a SecurityResult follows the security type None too, and a refusal says why.</summary>
    public bool HasSecurityReason => Spoken == V38;

    public static bool TryRead(ref SequenceReader<byte> reader, out ProtocolVersion version)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        version = default;
        if (!reader.TryTake(wire))
        {
            return false;
        }

        if (!wire.StartsWith("RFB "u8) || wire[7] != '.' || wire[11] != '\n'
            || !int.TryParse(wire[4..7], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            || !int.TryParse(wire[8..11], NumberStyles.None, CultureInfo.InvariantCulture, out int minor))
        {
            throw new ProtocolException("not an rfb protocol version");
        }

        if (major < 3 || (major == 3 && minor < 3))
        {
            throw new ProtocolException($"rfb protocol version {major}.{minor} is too old");
        }

        version = new ProtocolVersion(major, minor);
        return true;
    }

    public void Write(IBufferWriter<byte> output) =>
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"RFB {Major:000}.{Minor:000}\n")));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
