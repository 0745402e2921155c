using Umbra.Api;

namespace Umbra.Tests.Api;

public sealed class SessionAddressTests
{
    [Theory]
    [InlineData("alice", "alice", null)]
    [InlineData("alice@server-b", "alice", "server-b")]
    [InlineData("a.b_c-1@N.local", "a.b_c-1", "N.local")]
    public void TryParse_Valid_GivesParts(string text, string session, string? node)
    {
        Assert.True(SessionAddress.TryParse(text, out SessionAddress address));
        Assert.Equal((session, node), (address.Session, address.Node));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@node")]
    [InlineData("alice@")]
    [InlineData("a@b@c")]
    [InlineData("../alice")]
    [InlineData(".hidden")]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("a\0")]
    [InlineData("ä")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public void TryParse_Invalid_IsRefused(string? text) => Assert.False(SessionAddress.TryParse(text, out _));
}
