using System.Buffers.Binary;
using System.Globalization;

namespace Umbra.Transports.Ipx;

/// <summary>A node number: 48 bits, as a station's on an IPX network. In a tunnel (RFC 1234) it is two zero bytes and an IPv4 address.</summary>
/// <param name="Value">In the low 48 bits.</param>
internal readonly record struct IpxNode(ulong Value)
{
    public const int Bytes = 6;

    /// <summary>Everybody on the network.</summary>
    public static readonly IpxNode Broadcast = new(0xFFFF_FFFF_FFFF);

    /// <summary>The node of an IPv4 address in a tunnel.</summary>
    public static IpxNode OfIp(uint ip) => new(ip);

    /// <returns>False: not the node of an IPv4 address.</returns>
    public bool TryGetIp(out uint ip)
    {
        ip = (uint)Value;
        return Value >> 32 == 0 && ip != 0;
    }

    /// <summary>From the first six bytes.</summary>
    public static IpxNode Read(ReadOnlySpan<byte> bytes) => new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]));

    /// <summary>Into the first six bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(Value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)Value);
    }

    public override string ToString() => Value.ToString("X12", CultureInfo.InvariantCulture);
}
