using System.Net;
using System.Net.Sockets;
using Umbra.Transports.Memory;

namespace Umbra.Transports.Tests;

public sealed class TransportAddressTests
{
    [Theory]
    [InlineData("tcp://127.0.0.1:5901", "Tdtcp", "127.0.0.1", 5901)]
    [InlineData("tcp://[::1]:5901", "Tdtcp", "::1", 5901)]
    [InlineData("tcp://server-b.example:0", "Tdtcp", "server-b.example", 0)]
    [InlineData("pipe:///run/umbra/link.sock", "Tdpipe", "/run/umbra/link.sock", 0)]
    [InlineData("pipe:///run/umbra/link.sock?allow=uid:1000,gid:50", "Tdpipe", "/run/umbra/link.sock", 0)]
    [InlineData("memory://x", "Tdmemory", "x", 0)]
    public void Parse_GoodAddress_RoundTrips(string text, string driver, string name, int port)
    {
        TransportAddress address = TransportAddress.Parse(text);

        Assert.Equal((driver, name, port), (address.Driver.Name, address.Name, address.Port));
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, TransportAddress.Parse(address.ToString()));
    }

    [Fact]
    public void Parse_CaseOfSchemeAndHost_DoesNotMatter() =>
        Assert.Equal("tcp://server-b:1", TransportAddress.Parse("TCP://Server-B:1").ToString());

    [Theory]
    [InlineData(null, "expected tcp://HOST:PORT or pipe:///PATH")]
    [InlineData("", "not a transport address")]
    [InlineData("server-b:5901", "not a transport address")]
    [InlineData("http://x", "no transport is called 'http'")]
    [InlineData("tcp://server-b", "no port from 0 to 65535; expected tcp://HOST:PORT")]
    [InlineData("tcp://:5901", "no port")]
    [InlineData("tcp://server-b:65536", "no port")]
    [InlineData("tcp://server-b:-1", "no port")]
    [InlineData("tcp://server-b: 1", "no port")]
    [InlineData("tcp://server-b:+1", "no port")]
    [InlineData("tcp://::1:5901", "IPv6 address in brackets")]
    [InlineData("tcp://a b:1", "not a host name")]
    [InlineData("tcp://host/path:1", "not a host name")]
    [InlineData("pipe://run/x.sock", "not absolute; expected pipe:///PATH")]
    [InlineData("pipe:///", "not absolute")]
    [InlineData("pipe:///a\u0000b", "control characters")]
    [InlineData("pipe:///run/umbra/", "a directory's")]
    [InlineData("pipe:///run/x?allow=bob", "'bob' is neither uid:NUMBER nor gid:NUMBER")]
    [InlineData("pipe:///run/x?allow=", "'allow=' is no option here; options are allow")]
    [InlineData("pipe:///run/x?mode=0666", "'mode=0666' is no option here")]
    [InlineData("pipe:///run/x?allow=uid:1&allow=uid:2", "given twice")]
    [InlineData("memory://", "no name")]
    public void Parse_BadAddress_SaysWhatIsExpected(string? text, string expected)
    {
        Assert.False(TransportAddress.TryParse(text, out TransportAddress? address, out string? error));
        Assert.Null(address);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(error, Assert.Throws<FormatException>(() => TransportAddress.Parse(text!)).Message);
    }

    [Theory]
    [InlineData(107, true)]
    [InlineData(108, false)]
    public void Parse_PathAtItsLimit_CountsBytes(int bytes, bool expected) =>
        Assert.Equal(expected, TransportAddress.TryParse("pipe:///é" + new string('x', bytes - 3), out _, out _));

    [Fact]
    public void EndPoint_EachScheme_IsOfItsKind()
    {
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 7), TransportAddress.Parse("tcp://[::1]:7").EndPoint);
        Assert.Equal(new DnsEndPoint("server-b", 7), TransportAddress.Parse("tcp://server-b:7").EndPoint);
        Assert.Equal(new MemoryEndPoint("x"), TransportAddress.Parse("memory://x").EndPoint);
        Assert.IsType<UnixDomainSocketEndPoint>(TransportAddress.Parse("pipe:///run/x").EndPoint);
    }

    [Fact]
    public void ToListenEndPoint_HostName_OnlyLocalhost()
    {
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 7), TransportAddress.Parse("tcp://localhost:7").ToListenEndPoint());
        Assert.Contains("tcp://0.0.0.0:7", Assert.Throws<FormatException>(() =>
            TransportAddress.Parse("tcp://server-b:7").ToListenEndPoint()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://0.0.0.0:4711", true, false)]
    [InlineData("tcp://[::]:4711", true, false)]
    [InlineData("tcp://127.0.0.1:0", true, false)]
    [InlineData("tcp://localhost:4711", true, true)]
    [InlineData("tcp://[::1]:4711", true, true)]
    [InlineData("tcp://server-b:4711", false, true)]
    [InlineData("tcp://server-b:65536", false, false)]
    [InlineData("pipe:///run/umbra/link.sock", true, true)]
    [InlineData("pipe:///run/umbra/", false, false)]
    [InlineData("pipe:///run/umbra/link.sock?allow=uid:0", true, false)]
    [InlineData("memory://x", false, false)]
    [InlineData("http://x", false, false)]
    [InlineData(null, false, false)]
    public void WhyNot_ForLinks_AllowsWhatCanBeUsed(string? text, bool toListen, bool toConnect)
    {
        Assert.Equal(toListen, TransportAddress.WhyNotListen(text) is null);
        Assert.Equal(toConnect, TransportAddress.WhyNotConnect(text) is null);
        Assert.All([TransportAddress.WhyNotListen(text), TransportAddress.WhyNotConnect(text)], why =>
            Assert.True(why is null || (why.StartsWith($"'{text}'", StringComparison.Ordinal) && why.Contains("; expected ", StringComparison.Ordinal))));
    }

    /// <summary>What a node tells others: without what is its own machine's affair.</summary>
    [Theory]
    [InlineData("tcp://10.77.0.1:4711", "tcp://10.77.0.1:4711")]
    [InlineData("pipe:///run/x?allow=uid:0", "pipe:///run/x")]
    [InlineData("async:///dev/ttyS0?baud=9600", null)]
    [InlineData("ipx://1.0:9090?port=2130&from=10.77.0.1&mtu=1424", "ipx://00000001.00000A4D0001:9090?port=2130&mtu=1424")]
    [InlineData("ipx://1.0:9090", null)]
    [InlineData("spx://SERVER-B?from=10.77.0.1&peers=10.77.0.2&broadcast=10.77.0.255", "spx://SERVER-B?broadcast=10.77.0.255")]
    [InlineData("netb://UMBRA01?listen=10.77.0.1&port=1139", "netb://UMBRA01?port=1139")]
    [InlineData("netb://UMBRA01?listen=10.77.0.1&names=off", "netb://UMBRA01?host=10.77.0.1&names=off")]
    [InlineData("netb://UMBRA01?listen=0.0.0.0&names=off", null)]
    public void ToReachable_EachDriver_LeavesOutWhatIsItsOwn(string listening, string? reachable)
    {
        TransportAddress address = TransportAddress.Parse(listening);

        TransportAddress? told = address.Driver.ToReachable(address);

        Assert.Equal(reachable is null ? null : TransportAddress.Parse(reachable), told);
        Assert.True(told is null || TransportAddress.WhyNotConnect(told.ToString()) is null);
    }

    [Fact]
    public void TryParse_Noise_NeverThrows()
    {
        Random random = new(11);
        string[] starts = ["tcp://", "pipe://", "memory://", "", "tcp://[", "://"];
        for (int i = 0; i < 20_000; i++)
        {
            string noise = new([.. Enumerable.Range(0, random.Next(12)).Select(_ => (char)random.Next(1, 300))]);
            string text = starts[random.Next(starts.Length)] + noise;
            if (TransportAddress.TryParse(text, out TransportAddress? address, out _))
            {
                Assert.Equal(address, TransportAddress.Parse(address.ToString()));
                Assert.NotNull(address.EndPoint);
                if (TransportAddress.WhyNotListen(text) is null)
                {
                    address.ToListenEndPoint();
                }
            }
        }
    }

    [Fact]
    public void Drivers_Here_HaveATagAndTheirOwnScheme()
    {
        Assert.Equal(["tcp", "pipe", "async", "ipx", "spx", "netb", "memory"], TransportDrivers.All.Select(d => d.Scheme));
        Assert.All(["tcp://127.0.0.1:1", "pipe:///run/x", "memory://x"], text =>
            Assert.Equal(TransportAddress.Parse(text).Driver, TransportDrivers.Of(TransportAddress.Parse(text).ToListenEndPoint())));
        Assert.Null(TransportDrivers.Of(null));
        Assert.Equal(TransportDrivers.All.Count, TransportDrivers.All.Select(d => d.Scheme).Distinct().Count());
    }
}
