using System.Net;
using Umbra.Transports.NetBios;

namespace Umbra.Transports.Tests.NetBios;

public sealed class NetBiosDriverTests
{
    [Theory]
    [InlineData("netb://umbra01", "netb://UMBRA01")]
    [InlineData("NETB://UMBRA01#20", "netb://UMBRA01")]
    [InlineData("netb://UMBRA01#1f?port=139", "netb://UMBRA01#1F")]
    [InlineData("netb://A?listen=192.0.2.1&host=Server-B&port=1139", "netb://A?host=server-b&port=1139&listen=192.0.2.1")]
    [InlineData("netb://A?host=2001:db8::1", "netb://A?host=2001:db8::1")]
    [InlineData("netb://A?names=off&host=192.0.2.7", "netb://A?host=192.0.2.7&names=off")]
    [InlineData("netb://A?names=1137&broadcast=192.0.2.255&listen=127.0.0.1", "netb://A?names=1137&broadcast=192.0.2.255")]
    public void Parse_Address_IsWrittenInOneWay(string text, string expected)
    {
        TransportAddress address = TransportAddress.Parse(text);

        Assert.Equal(expected, address.ToString());
        Assert.Equal(address, TransportAddress.Parse(expected));
        Assert.Equal(address.EndPoint, TransportAddress.Parse(expected).EndPoint);
        Assert.Equal(TransportDrivers.NetBios, TransportDrivers.Of(address.EndPoint));
    }

    [Fact]
    public void Parse_NameAlone_ListensOnTheLoopback_AtTheUsualPorts()
    {
        NetBiosEndPoint endPoint = Assert.IsType<NetBiosEndPoint>(TransportAddress.Parse("netb://A").ToListenEndPoint());

        Assert.Equal((IPAddress.Loopback, 139, 137), (endPoint.Listen, endPoint.Port, endPoint.NamesPort));
    }

    [Theory]
    [InlineData("netb://", "1 to 15")]
    [InlineData("netb://SIXTEEN-LETTERS-", "1 to 15")]
    [InlineData("netb://A/B", "letters")]
    [InlineData("netb://A#2", "suffix")]
    [InlineData("netb://A?port=65536", "no port")]
    [InlineData("netb://A?port=-1", "no port")]
    [InlineData("netb://A?names=0", "names are off")]
    [InlineData("netb://A?names=on", "names are off")]
    [InlineData("netb://A?listen=127.1", "no IPv4")]
    [InlineData("netb://A?listen=::1", "no IPv4")]
    [InlineData("netb://A?broadcast=x", "no IPv4")]
    [InlineData("netb://A?host=a b", "no host name")]
    [InlineData("netb://A?scope=x", "no option")]
    public void Parse_Wrong_SaysWhat(string text, string expected)
    {
        Assert.False(TransportAddress.TryParse(text, out _, out string? error));

        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("netb://A?listen=0.0.0.0", "names=off", null)]
    [InlineData("netb://A?listen=0.0.0.0&names=off", null, "host=HOST")]
    [InlineData("netb://A?names=off", null, "host=HOST")]
    [InlineData("netb://A?port=0", null, "port 0")]
    [InlineData("netb://A", null, null)]
    [InlineData("netb://A?names=off&host=h", null, null)]
    public void WhyNot_SaysWhatWouldDo(string text, string? listening, string? connecting)
    {
        AssertSays(listening, TransportAddress.WhyNotListen(text));
        AssertSays(connecting, TransportAddress.WhyNotConnect(text));
    }

    private static void AssertSays(string? expected, string? why)
    {
        Assert.Equal(expected is null, why is null);
        Assert.Contains(expected ?? string.Empty, why ?? string.Empty, StringComparison.Ordinal);
    }
}
