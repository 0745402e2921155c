using System.Buffers.Binary;
using System.Globalization;

namespace Umbra.Transports.Ipx;

/// <summary>Network, node and socket: 12 bytes on the wire, <c>NET.NODE:SOCKET</c> in hex as text.</summary>
/// <param name="Network">0: this network, whatever its number.</param>
internal readonly record struct IpxAddress(uint Network, IpxNode Node, ushort Socket)
{
    public const int Bytes = 12;

    /// <summary>Reads <c>NET.NODE</c> or <c>NET.NODE:SOCKET</c>; leading zeros may be left out.</summary>
    /// <param name="defaultSocket">Where the text names none.</param>
    public static bool TryParse(ReadOnlySpan<char> text, ushort defaultSocket, out IpxAddress address)
    {
        address = default;
        int colon = text.IndexOf(':');
        ushort socket = defaultSocket;
        if (colon >= 0 && !ushort.TryParse(text[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out socket))
        {
            return false;
        }

        ReadOnlySpan<char> station = colon >= 0 ? text[..colon] : text;
        int dot = station.IndexOf('.');
        if (dot < 0
            || !uint.TryParse(station[..dot], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint network)
            || !ulong.TryParse(station[(dot + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong node)
            || node > IpxNode.Broadcast.Value)
        {
            return false;
        }

        address = new IpxAddress(network, new IpxNode(node), socket);
        return true;
    }

    /// <summary>From the first twelve bytes.</summary>
    public static IpxAddress Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes), IpxNode.Read(bytes[4..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]));

    /// <summary>Into the first twelve bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Network);
        Node.Write(bytes[4..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], Socket);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Network:X8}.{Node}:{Socket:X4}");
}
