using System.Buffers.Binary;

namespace Umbra.Transports.Ipx;

/// <summary>
/// The 30 bytes before every packet. <code>checksum:2 = FFFF | length:2 with header | hops:1 | type:1 | destination:12 | source:12</code>
/// </summary>
/// <param name="Length">Of the packet with this header, in bytes.</param>
/// <param name="Type">See <see cref="IpxPacketType"/>.</param>
internal readonly record struct IpxHeader(int Length, byte Hops, byte Type, IpxAddress Destination, IpxAddress Source)
{
    public const int Bytes = 30;

    /// <summary>A packet that has passed so many routers is dropped by the next.</summary>
    public const int MaxHops = 15;

    private const ushort NoChecksum = 0xFFFF;

    /// <summary>Reads and checks the header of a packet. What follows <see cref="Length"/> bytes is padding, or the next packet of a train.</summary>
    /// <param name="reason">Why it is to be dropped, where it is no packet.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, out IpxHeader header, out IpxDrop reason)
    {
        header = default;
        reason = IpxDrop.Short;
        if (packet.Length < Bytes)
        {
            return false;
        }

        header = new IpxHeader(
            BinaryPrimitives.ReadUInt16BigEndian(packet[2..]), packet[4], packet[5], IpxAddress.Read(packet[6..]), IpxAddress.Read(packet[18..]));
        reason = !StartsAt(packet) ? IpxDrop.Checksum
            : header.Length < Bytes || header.Length > packet.Length || header.Length > IpxOptions.MaxMtu ? IpxDrop.Length
            : IpxDrop.Hops;
        return reason == IpxDrop.Hops && header.Hops <= MaxHops;
    }

    /// <summary>Whether another packet of a train may start here; padding does not look so.</summary>
    public static bool StartsAt(ReadOnlySpan<byte> bytes) => bytes.Length >= Bytes && BinaryPrimitives.ReadUInt16BigEndian(bytes) == NoChecksum;

    /// <summary>Into the first 30 bytes.</summary>
    public void Write(Span<byte> packet)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet, NoChecksum);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)Length);
        packet[4] = Hops;
        packet[5] = Type;
        Destination.Write(packet[6..]);
        Source.Write(packet[18..]);
    }
}
