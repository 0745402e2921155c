using Umbra.Core.Rfb;

namespace Umbra.Core.Tests.Rfb;

public sealed class ClientCapabilitiesTests
{
    [Fact]
    public void From_Nothing_IsRawWithoutLoss()
    {
        ClientCapabilities least = ClientCapabilities.From([]);

        Assert.Equal(ClientCapabilities.Least, least);
        Assert.Equal((RfbEncoding.Raw, -1, ClientCapabilities.DefaultCompressLevel), (least.PictureEncoding, least.JpegQuality, least.CompressLevel));
        Assert.False(least.SupportsCopyRect || least.SupportsLeds || least.SupportsFence || least.SupportsLastRect);
    }

    [Theory]
    [InlineData(new[] { 1, 5, 7 }, RfbEncoding.Hextile)]
    [InlineData(new[] { 24, 16, 7 }, RfbEncoding.Zrle)]
    [InlineData(new[] { 50, 7, 0 }, RfbEncoding.Tight)]
    [InlineData(new[] { 1, -223 }, RfbEncoding.Raw)]
    public void PictureEncoding_IsTheFirstWeKnow(int[] listed, RfbEncoding expected) =>
        Assert.Equal(expected, ClientCapabilities.From(Array.ConvertAll(listed, e => (RfbEncoding)e)).PictureEncoding);

    [Fact]
    public void Levels_EdgesOfTheirRanges()
    {
        Assert.Equal((0, 9), Levels(-32, -247));
        Assert.Equal((9, 0), Levels(-23, -256));
        Assert.Equal((-1, ClientCapabilities.DefaultCompressLevel), Levels(-22, -246));
        Assert.Equal((-1, ClientCapabilities.DefaultCompressLevel), Levels(-33, -257));

        static (int, int) Levels(params int[] listed)
        {
            ClientCapabilities capabilities = ClientCapabilities.From(Array.ConvertAll(listed, e => (RfbEncoding)e));
            return (capabilities.JpegQuality, capabilities.CompressLevel);
        }
    }

    [Fact]
    public void Flags_EachFromItsOwnNumber()
    {
        (int Number, Func<ClientCapabilities, bool> Has)[] flags =
        [
            (1, c => c.SupportsCopyRect), (-239, c => c.SupportsCursor), (-314, c => c.SupportsCursorWithAlpha),
                (-223, c => c.SupportsDesktopSize),
            (-308, c => c.SupportsExtendedDesktopSize), (-224, c => c.SupportsLastRect), (-307, c => c.SupportsDesktopName),
                (-312, c => c.SupportsFence),
            (-261, c => c.SupportsLeds), (0x574d5668, c => c.SupportsLeds),
                (-258, c => c.SupportsQemuKeys),
            (unchecked((int)0xC0A1E5CE), c => c.SupportsExtendedClipboard),
        ];
        foreach ((int number, Func<ClientCapabilities, bool> has) in flags)
        {
            ClientCapabilities capabilities = ClientCapabilities.From([(RfbEncoding)number]);
            Assert.True(has(capabilities), $"{number}");
            Assert.Equal(number is -261 or 0x574d5668 ? 2 : 1, flags.Count(flag => flag.Has(capabilities)));
        }
    }

    [Theory]
    [InlineData(false, -313)]
    [InlineData(false, -312)]
    [InlineData(true, -313, -312)]
    public void ContinuousUpdates_OnlyTogetherWithFence(bool expected, params int[] listed) =>
        Assert.Equal(expected, ClientCapabilities.From(Array.ConvertAll(listed, e => (RfbEncoding)e)).SupportsContinuousUpdates);

    [Fact]
    public void LedEncoding_BothListed_QemuForm() =>
        Assert.Equal(RfbEncoding.QemuLedState, ClientCapabilities.From([RfbEncoding.VMwareLedState, RfbEncoding.QemuLedState]).LedEncoding);
}
