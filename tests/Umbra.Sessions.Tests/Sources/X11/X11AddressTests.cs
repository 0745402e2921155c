using Umbra.Sessions.Sources.X11;

namespace Umbra.Sessions.Tests.Sources.X11;

public sealed class X11AddressTests
{
    [Theory]
    [InlineData("x11::0", "x11::0", 0, 0, "/tmp/.X11-unix/X0")]
    [InlineData("X11::12.1", "x11::12.1", 12, 1, "/tmp/.X11-unix/X12")]
    [InlineData("x11:/run/x", "x11:/run/x", null, 0, "/run/x")]
    public void Parse_Forms_AreUnderstood(string text, string normal, int? display, int screen, string path)
    {
        Assert.True(X11Address.TryParse(text, out X11Address? address));
        Assert.Equal((display, screen, path), (address.Display, address.Screen, address.Path));
        Assert.Equal(normal, address.ToString());
    }

    [Theory]
    [InlineData("x11:")]
    [InlineData("x11::")]
    [InlineData("x11::-1")]
    [InlineData("x11::0.")]
    [InlineData("x11::0.300")]
    [InlineData("x11::70000")]
    [InlineData("x11:host:0")]
    [InlineData("x11:/")]
    [InlineData(":0")]
    public void Parse_NoAddress_Refused(string text) => Assert.False(X11Address.TryParse(text, out _));

    [Fact]
    public void Parse_PathTooLongForASocket_Refused() => Assert.False(X11Address.TryParse("x11:/" + new string('d', 200), out _));
}
