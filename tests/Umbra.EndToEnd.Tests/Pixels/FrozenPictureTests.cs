using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Pixels;

/// <summary>
/// With the drawing on server-b stopped, an independent client that comes to server-a (or to the owner's address) holds exactly what the X
/// server holds.
/// </summary>
public sealed class FrozenPictureTests(PairFixture nodes) : IClassFixture<PairFixture>
{
    private static readonly string[] Lossless = ["raw", "hextile", "zrle", "tight"];

    [Theory]
    [InlineData(1280, 800, "video")]
    [InlineData(1280, 800, "scroll")]
    [InlineData(1920, 1080, "video")]
    public async Task NewClient_EachEncoding_HoldsTheDisplay(int width, int height, string what)
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, width, height);
        await desktop.MoveAsync(what);
        BgrxImage screen = await desktop.Display.FreezeAsync();
        RfbTestOptions owner = await desktop.OwnerAsync();

        foreach (string encoding in Lossless)
        {
            await Shown.BecomesExactAsync(screen, new VncDump { Target = desktop.Shadow.Listen, Encodings = encoding });
        }

        await Shown.BecomesExactAsync(screen, new VncDump { Target = desktop.Shadow.Listen, Encodings = "tight", Quality = 5 });
        await Shown.BecomesExactAsync(screen, new VncDump { Target = $"{owner.Server}", Encodings = "tight" });
        Assert.Equal((width, height), (screen.Width, screen.Height));
        Assert.Null((await desktop.Display.ScreenshotAsync()).DifferenceFrom(screen));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    public async Task NewClient_FewerBits_HoldsTheDisplayInThem(int bits)
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 1280, 800);
        await desktop.MoveAsync("video");
        BgrxImage screen = await desktop.Display.FreezeAsync();

        foreach (string encoding in Lossless)
        {
            await Shown.BecomesExactAsync(screen, new VncDump { Target = desktop.Shadow.Listen, Encodings = encoding, Bits = bits });
        }
    }

    [Fact]
    public async Task NewClient_OverTcp_HoldsTheDisplay()
    {
        await using NodePair pair = await NodePair.StartAsync(link: $"tcp://127.0.0.1:{FreePort.Find()}");
        await using Shown desktop = await Shown.StartAsync(pair, 1280, 800);
        await desktop.MoveAsync("video");
        BgrxImage screen = await desktop.Display.FreezeAsync();

        foreach (string encoding in Lossless)
        {
            await Shown.BecomesExactAsync(screen, new VncDump { Target = desktop.Shadow.Listen, Encodings = encoding });
        }
    }

    [Fact]
    public async Task Vncsnapshot_DesktopMovedWhileNobodyLooked_WritesItsPicture()
    {
        // A client that takes one update and leaves. Its output is JPEG, so it cannot be exact.
        string vncsnapshot = Require.Program("vncsnapshot");
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 1280, 800);
        await desktop.MoveAsync("video");
        BgrxImage screen = await desktop.Display.FreezeAsync();
        using TempFolder folder = new();
        string file = folder.Combine("snapshot.jpg");
        int port = System.Net.IPEndPoint.Parse(desktop.Shadow.Listen).Port;

        (await ExternalProcess.RunAsync(vncsnapshot, ["-nojpeg", "-nocursor", "-quality", "100", $"127.0.0.1:{port - 5900}", file])).EnsureSuccess();

        BgrxImage picture = JpegPicture.Read(file);
        Assert.InRange(picture.LargestDifference(screen), 0, 24);
    }
}
