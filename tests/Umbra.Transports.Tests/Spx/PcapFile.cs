using System.Buffers.Binary;
using Umbra.Transports.Ipx;

namespace Umbra.Transports.Tests.Spx;

/// <summary>A capture of packets that were never on a network: SPX in IPX in UDP, port 213, between 10.77.0.1 and 10.77.0.2.</summary>
internal sealed class PcapFile : IDisposable
{
    private const int IpBytes = 20;
    private const int UdpBytes = 8;
    private const int RawIp = 101;
    private static readonly IpxAddress Near = new(1, new IpxNode(0x0A4D0001), 0x4010);
    private static readonly IpxAddress Far = new(1, new IpxNode(0x0A4D0002), 0x9090);
    private readonly FileStream _file;

    public PcapFile(string path)
    {
        _file = File.Create(path);
        Write32(0xA1B2C3D4, 0x0002_0004, 0, 0, 65535, RawIp);
    }

    /// <param name="isBack">From the second to the first.</param>
    public void Write(bool isBack, TimeSpan when, ReadOnlySpan<byte> spx)
    {
        byte[] packet = new byte[IpBytes + UdpBytes + IpxHeader.Bytes + spx.Length];
        (IpxAddress from, IpxAddress to) = isBack ? (Far, Near) : (Near, Far);
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), (uint)from.Node.Value);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), (uint)to.Node.Value);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(IpBytes), IpxOptions.DefaultPort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(IpBytes + 2), IpxOptions.DefaultPort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(IpBytes + 4), (ushort)(packet.Length - IpBytes));
        new IpxHeader(IpxHeader.Bytes + spx.Length, 0, IpxPacketType.Spx, to, from).Write(packet.AsSpan(IpBytes + UdpBytes));
        spx.CopyTo(packet.AsSpan(IpBytes + UdpBytes + IpxHeader.Bytes));
        Write32((uint)when.TotalSeconds, (uint)(when.Ticks / TimeSpan.TicksPerMicrosecond % 1_000_000), (uint)packet.Length, (uint)packet.Length);
        _file.Write(packet);
    }

    public void Dispose() => _file.Dispose();

    private void Write32(params ReadOnlySpan<uint> values)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint value in values)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
            _file.Write(bytes);
        }
    }
}
