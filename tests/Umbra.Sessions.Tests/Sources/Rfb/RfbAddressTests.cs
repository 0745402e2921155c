using Umbra.Sessions.Sources.Rfb;

namespace Umbra.Sessions.Tests.Sources.Rfb;

public sealed class RfbAddressTests
{
    [Theory]
    [InlineData("vnc://host", "vnc://host:5900", false)]
    [InlineData("vnc://host:5901", "vnc://host:5901", false)]
    [InlineData("vnc://host:1", "vnc://host:5901", false)]
    [InlineData("vnc://host::99", "vnc://host::99", false)]
    [InlineData("host::5901", "vnc://host:5901", false)]
    [InlineData("VNC://10.1.2.3:2/", "vnc://10.1.2.3:5902", false)]
    [InlineData("vnc://127.0.0.1:5901", "vnc://127.0.0.1:5901", true)]
    [InlineData("vnc://localhost:5901", "vnc://localhost:5901", true)]
    [InlineData("vnc://[::1]:5901", "vnc://[::1]:5901", true)]
    [InlineData("vnc://[fe80::2]", "vnc://[fe80::2]:5900", false)]
    [InlineData("vnc:///run/x.sock", "vnc:///run/x.sock", true)]
    [InlineData("/run/x.sock", "vnc:///run/x.sock", true)]
    public void Parse_Address_Understood(string text, string normal, bool isLocal)
    {
        RfbAddress address = RfbAddress.Parse(text);
        Assert.Equal((normal, isLocal), (address.ToString(), address.IsLocal));
        Assert.Equal(address, RfbAddress.Parse(normal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("vnc://")]
    [InlineData("vnc://host:")]
    [InlineData("vnc://host::")]
    [InlineData("vnc://host:70000")]
    [InlineData("vnc://host:-1")]
    [InlineData("vnc://host::0")]
    [InlineData("vnc://host/path")]
    [InlineData("http://host")]
    public void Parse_NoAddress_Refused(string text) => Assert.Throws<FormatException>(() => RfbAddress.Parse(text));
}
