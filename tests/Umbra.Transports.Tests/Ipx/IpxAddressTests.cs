using Umbra.Transports.Ipx;

namespace Umbra.Transports.Tests.Ipx;

public sealed class IpxAddressTests
{
    [Theory]
    [InlineData("00000001.00000A4D0001:9090", "00000001.00000A4D0001:9090")]
    [InlineData("1.a4d0001:9090", "00000001.00000A4D0001:9090")]
    [InlineData("0.7F000001", "00000000.00007F000001:4444")]
    [InlineData("FFFFFFFF.FFFFFFFFFFFF:FFFF", "FFFFFFFF.FFFFFFFFFFFF:FFFF")]
    public void TryParse_Address_IsWrittenInFull(string text, string full)
    {
        Assert.True(IpxAddress.TryParse(text, 0x4444, out IpxAddress address));
        Assert.Equal(full, address.ToString());
        Assert.True(IpxAddress.TryParse(full, 0, out IpxAddress again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData(".")]
    [InlineData("1.")]
    [InlineData(".1")]
    [InlineData("1.2:")]
    [InlineData("1.2:12345")]
    [InlineData("1.1000000000000")]
    [InlineData("100000000.1")]
    [InlineData("1.2.3")]
    [InlineData("1.-2")]
    [InlineData(" 1.2")]
    [InlineData("1.x")]
    [InlineData("127.0.0.1:213")]
    public void TryParse_SomethingElse_IsRefused(string text) => Assert.False(IpxAddress.TryParse(text, 1, out _));

    [Fact]
    public void Write_AndRead_IsTheSame()
    {
        IpxAddress address = new(0x01020304, new IpxNode(0x0A0B_0C0D_0E0F), 0x9090);
        byte[] bytes = new byte[IpxAddress.Bytes];
        address.Write(bytes);
        Assert.Equal("010203040A0B0C0D0E0F9090", Convert.ToHexString(bytes));
        Assert.Equal(address, IpxAddress.Read(bytes));
    }

    [Theory]
    [InlineData(0x7F000001, true)]
    [InlineData(0x0001_7F00_0001, false)]
    [InlineData(0, false)]
    public void TryGetIp_OfNodes_OnlyOfThoseInTunnels(long node, bool isIp) => Assert.Equal(isIp, new IpxNode((ulong)node).TryGetIp(out _));
}
