using System.Net;
using Umbra.Transports.Ipx;

namespace Umbra.Transports.Tests.Ipx;

public sealed class IpxEndPointTests
{
    [Theory]
    [InlineData("spx://1.A4D0001", "spx://00000001.00000A4D0001:9090")]
    [InlineData("SPX://1.A4D0001:4001?mtu=1024&port=2130", "spx://00000001.00000A4D0001:4001?port=2130&mtu=1024")]
    [InlineData("spx://server-b?hub=box.example:2213", "spx://SERVER-B?hub=box.example:2213")]
    [InlineData("spx://UMBRA?peers=10.0.0.1,10.0.0.2&sap=0640&broadcast=10.0.0.255&verify=off&net=7", "spx://UMBRA?net=7&peers=10.0.0.1,10.0.0.2&broadcast=10.0.0.255&verify=off&sap=0640")]
    public void Parse_Address_IsWrittenInOneWay(string text, string written)
    {
        TransportAddress address = TransportAddress.Parse(text);
        Assert.Equal(written, address.ToString());
        Assert.Equal(address, TransportAddress.Parse(written));
        Assert.Equal(address.EndPoint, TransportAddress.Parse(written).EndPoint);
        Assert.Same(TransportDrivers.Spx, TransportDrivers.Of(address.EndPoint));
        Assert.Null(TransportAddress.WhyNotConnect(text));
    }

    [Fact]
    public void Parse_Options_AreRead()
    {
        IpxEndPoint endPoint = (IpxEndPoint)TransportAddress.Parse(
            "spx://UMBRA?peers=10.0.0.1,10.0.0.2&sap=0640&broadcast=10.0.0.255&verify=off&net=7&port=2130&from=10.0.0.9&mtu=1024&hub=10.1.2.3:99").EndPoint;
        Assert.Equal("UMBRA", endPoint.Service);
        Assert.Equal(0x0640, endPoint.ServiceType);
        Assert.Equal([IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2")], endPoint.Options.Peers);
        Assert.Equal(
            (7u, 2130, IPAddress.Parse("10.0.0.9"), 1024, false, IPAddress.Parse("10.0.0.255"), new IPEndPoint(IPAddress.Parse("10.1.2.3"), 99)),
            (endPoint.Options.Network, endPoint.Options.Port, endPoint.Options.From, endPoint.Options.Mtu, endPoint.Options.VerifySource, endPoint.Options.Broadcast, endPoint.Options.Hub));
        Assert.Equal(5u, ((IpxEndPoint)TransportAddress.Parse("spx://5.1").EndPoint).Options.Network);
    }

    [Theory]
    [InlineData("spx://", "NET.NODE:SOCKET")]
    [InlineData("spx://a.b.c", "NET.NODE:SOCKET")]
    [InlineData("spx://NAME/x", "a name")]
    [InlineData("spx://ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUV", "a name of up to 47")]
    [InlineData("spx://1.2?port=0", "option port")]
    [InlineData("spx://1.2?port=65536", "option port")]
    [InlineData("spx://1.2?from=::1", "option from")]
    [InlineData("spx://1.2?hub=x", "option hub")]
    [InlineData("spx://1.2?hub=a/b:1", "option hub")]
    [InlineData("spx://1.2?peers=1.2.3.4,x", "option peers")]
    [InlineData("spx://1.2?mtu=9000", "from 128 to 8972")]
    [InlineData("spx://1.2?mtu=1500&hub=a:1", "what a hub carries")]
    [InlineData("spx://1.2?mtu=-1", "option mtu")]
    [InlineData("spx://1.2?verify=maybe", "on or off")]
    [InlineData("spx://1.2?sap=x", "option sap")]
    [InlineData("spx://1.2?speed=9", "no option here")]
    public void Parse_SomethingElse_SaysWhatIsWrong(string text, string says)
    {
        Assert.False(TransportAddress.TryParse(text, out _, out string? error));
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spx://0.0:9090", "node 0")]
    [InlineData("spx://1.2:0", "socket 0")]
    public void WhyNotConnect_ToListenOnOnly_SaysSo(string text, string says) =>
        Assert.Contains(says, TransportAddress.WhyNotConnect(text), StringComparison.Ordinal);
}
