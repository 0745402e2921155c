using Umbra.Transports.Ipx;

namespace Umbra.Transports.Tests.Ipx;

public sealed class IpxHeaderTests
{
    private static readonly IpxHeader Header = new(
        32, 1, IpxPacketType.PacketExchange, new IpxAddress(1, new IpxNode(0x0A4D0002), 0x9090), new IpxAddress(2, new IpxNode(0x0A4D0001), 0x4010));

    [Fact]
    public void Write_Header_IsAsSpecified()
    {
        byte[] packet = Packet();
        Assert.Equal("FFFF0020010400000001" + "00000A4D00029090" + "00000002" + "00000A4D00014010" + "6869", Convert.ToHexString(packet));
        Assert.True(IpxHeader.TryRead(packet, out IpxHeader header, out _));
        Assert.Equal(Header, header);
    }

    [Fact]
    public void TryRead_Padding_IsAllowed() => Assert.True(IpxHeader.TryRead([.. Packet(), 0, 0, 0], out _, out _));

    [Fact]
    public void TryRead_CutAnywhere_SaysWhy()
    {
        byte[] packet = Packet();
        for (int length = 0; length < packet.Length; length++)
        {
            Assert.False(IpxHeader.TryRead(packet.AsSpan(0, length), out _, out IpxDrop reason));
            Assert.Equal(length < IpxHeader.Bytes ? IpxDrop.Short : IpxDrop.Length, reason);
        }
    }

    [Theory]
    [InlineData(0, 0x12, IpxDrop.Checksum)]
    [InlineData(2, 0xFF, IpxDrop.Length)]
    [InlineData(3, 29, IpxDrop.Length)]
    [InlineData(3, 0, IpxDrop.Length)]
    [InlineData(4, 16, IpxDrop.Hops)]
    public void TryRead_WrongField_SaysWhich(int offset, byte value, int reason)
    {
        byte[] packet = Packet();
        packet[offset] = value;
        Assert.False(IpxHeader.TryRead(packet, out _, out IpxDrop actual));
        Assert.Equal((IpxDrop)reason, actual);
    }

    [Fact]
    public void TryRead_LongerThanAnythingSent_IsDropped()
    {
        byte[] packet = new byte[IpxOptions.MaxMtu + 1];
        (Header with { Length = packet.Length }).Write(packet);
        Assert.False(IpxHeader.TryRead(packet, out _, out IpxDrop reason));
        Assert.Equal(IpxDrop.Length, reason);
    }

    /// <summary>Whatever it is, the length is within the bytes there are.</summary>
    [Fact]
    public void TryRead_AnyBytes_NeverReachesBeyond()
    {
        Random random = new(5);
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] packet = [.. Packet(), .. new byte[random.Next(8)]];
            for (int changes = random.Next(3); changes > 0; changes--)
            {
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            }

            int length = random.Next(packet.Length + 1);
            if (IpxHeader.TryRead(packet.AsSpan(0, length), out IpxHeader header, out _))
            {
                Assert.InRange(header.Length, IpxHeader.Bytes, length);
                read++;
            }
        }

        Assert.InRange(read, 1, 19_999);
    }

    private static byte[] Packet()
    {
        byte[] packet = [.. new byte[IpxHeader.Bytes], .. "hi"u8];
        Header.Write(packet);
        return packet;
    }
}
