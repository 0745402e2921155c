using System.Buffers.Binary;
using System.Net;

namespace Umbra.Transports.Ipx;

/// <summary>An IPv4 address and a port, without an object for it.</summary>
/// <param name="Ip">Its first byte is the highest.</param>
internal readonly record struct UdpPeer(uint Ip, ushort Port)
{
    /// <summary>Size of a sockaddr_in: family, port, address, 8 unused.</summary>
    private const int SocketAddressBytes = 16;

    public static UdpPeer Of(IPEndPoint endPoint) => new(ToUInt32(endPoint.Address), (ushort)endPoint.Port);

    /// <param name="address">IPv4.</param>
    public static uint ToUInt32(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.MapToIPv4().TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    public static SocketAddress NewSocketAddress() => new(System.Net.Sockets.AddressFamily.InterNetwork, SocketAddressBytes);

    public static UdpPeer Read(SocketAddress address)
    {
        ReadOnlySpan<byte> bytes = address.Buffer.Span;
        return new UdpPeer(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
    }

    public void Write(SocketAddress address)
    {
        Span<byte> bytes = address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], Port);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Ip);
    }

    public IPEndPoint ToEndPoint() => new(new IPAddress([(byte)(Ip >> 24), (byte)(Ip >> 16), (byte)(Ip >> 8), (byte)Ip]), Port);

    public override string ToString() => ToEndPoint().ToString();
}
