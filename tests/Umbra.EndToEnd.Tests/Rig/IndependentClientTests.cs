using Umbra.Sessions.Sources.Pattern;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Rig;

/// <summary>
/// The clients that judge the product, judged themselves against TigerVNC's Xvnc and the screen as the X server gives it.
/// </summary>
public sealed class IndependentClientTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("raw")]
    [InlineData("hextile")]
    [InlineData("zrle")]
    [InlineData("tight")]
    public async Task VncDump_FrozenXvnc_IsPixelExact(string encoding)
    {
        await using XDisplay display = await XDisplay.StartXvncAsync(640, 480);
        BgrxImage screen = await PaintAndFreezeAsync(display);

        VncDumpResult seen = await new VncDump { Target = display.RfbSocket, Encodings = encoding }.RunAsync();

        Assert.Null(seen.Picture.DifferenceFrom(screen));
        Assert.True(seen.Bytes > 1000, $"{seen.Bytes} bytes");
    }

    [Fact]
    public async Task VncDump_Jpeg_IsCloseAndReadable()
    {
        await using XDisplay display = await XDisplay.StartXvncAsync(640, 480);
        BgrxImage screen = await PaintAndFreezeAsync(display);

        VncDump dump = new() { Target = display.RfbSocket, Encodings = "tight", Quality = 6, Quiet = TimeSpan.FromMilliseconds(150) };
        VncDumpResult seen = await dump.RunAsync();

        Assert.InRange(seen.Picture.LargestDifference(screen), 0, 120);
        Assert.True(PatternMarker.TryRead(seen.Picture.Pixels, seen.Picture.Stride, out _));
    }

    [Fact]
    public async Task VncDump_NobodyListens_Throws() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => new VncDump { Target = "127.0.0.1:1" }.RunAsync());

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task RfbTestClient_FrozenXvnc_IsPixelExact(int encoding)
    {
        await using XDisplay display = await XDisplay.StartXvncAsync(640, 480);
        BgrxImage screen = await PaintAndFreezeAsync(display);
        using CancellationTokenSource timeout = new(Timeout);
        RfbTestOptions options = RfbTestOptions.For(display.RfbSocket) with { Encodings = [encoding, 1, -223, -224, -239, -307] };
        await using RfbTestClient client = await RfbTestClient.ConnectAsync(options, timeout.Token);

        BgrxImage picture = await client.ReadPictureAsync(isIncremental: false, timeout.Token);

        Assert.Equal(0, client.UndecodedRectangles);
        Assert.Null(picture.DifferenceFrom(screen));
    }

    [Fact]
    public async Task RfbTestClient_ScrollingWithCopyRect_EndsPixelExact()
    {
        string xmove = await InteropProgram.XMoveAsync();
        await using XDisplay display = await XDisplay.StartXvncAsync(640, 480);
        ExternalProcess moving = display.Start(xmove, "scroll", "--fps", "30");
        await moving.Output.WaitForAsync(line => line.StartsWith("ready", StringComparison.Ordinal), Timeout);
        using CancellationTokenSource timeout = new(Timeout);
        await using RfbTestClient client = await RfbTestClient.ConnectAsync(
            RfbTestOptions.For(display.RfbSocket) with { Encodings = [1, 7, -223, -224, -312, -313] }, timeout.Token);
        for (int i = 0; i < 30; i++)
        {
            await client.ReadPictureAsync(isIncremental: i > 0, timeout.Token);
        }

        BgrxImage screen = await display.FreezeAsync();
        while (client.Picture.DifferenceFrom(screen) is not null)
        {
            await client.ReadPictureAsync(isIncremental: true, timeout.Token);
        }

        Assert.True(client.CopyRectangles > 0);
        Assert.True(client.OffersContinuousUpdates);
    }

    [Fact]
    public async Task RfbTestClient_SetDesktopSize_ResizesXvnc()
    {
        await using XDisplay display = await XDisplay.StartXvncAsync(640, 480);
        using CancellationTokenSource timeout = new(Timeout);
        await using RfbTestClient client = await RfbTestClient.ConnectAsync(
            RfbTestOptions.For(display.RfbSocket) with { Encodings = [0, -308] }, timeout.Token);
        await client.ReadPictureAsync(isIncremental: false, timeout.Token);

        await client.SendDesktopSizeAsync(800, 600, timeout.Token);
        await client.RequestAsync(isIncremental: true, timeout.Token);
        while (client.Picture.Width != 800)
        {
            await client.ReadMessageAsync(timeout.Token);
        }

        Assert.Equal((1, 0), client.LastSizeAnswer);
        Assert.Equal(600, client.Picture.Height);
    }

    [Fact]
    public async Task Clients_PasswordAsked_RightOneEntersAndWrongOneIsRefused()
    {
        using TempFolder folder = new();
        string passwords = folder.Combine("passwords");
        Require.Program("tigervncpasswd");
        (await ExternalProcess.RunAsync("sh", ["-c", $"echo secret12 | tigervncpasswd -f > {passwords}"])).EnsureSuccess();
        await using XDisplay display = await XDisplay.StartXvncAsync(320, 240, "-SecurityTypes", "VncAuth", "-PasswordFile", passwords);
        using CancellationTokenSource timeout = new(Timeout);

        RfbTestOptions options = RfbTestOptions.For(display.RfbSocket, "secret12");
        VncDump dump = new() { Target = display.RfbSocket, Password = "secret12" };

        await using RfbTestClient client = await RfbTestClient.ConnectAsync(options, timeout.Token);
        VncDumpResult seen = await dump.RunAsync();

        Assert.Equal(320, client.Picture.Width);
        Assert.Equal(320, seen.Picture.Width);
        await Assert.ThrowsAsync<IOException>(() => RfbTestClient.ConnectAsync(options with { Password = "wrong" }, timeout.Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => (dump with { Password = "wrong" }).RunAsync());
    }

    [Fact]
    public async Task RfbTestClient_CutInMessage_LeavesXvncServingOthers()
    {
        await using XDisplay display = await XDisplay.StartXvncAsync(320, 240);
        using CancellationTokenSource timeout = new(Timeout);
        RfbTestOptions options = RfbTestOptions.For(display.RfbSocket) with { ReceiveBuffer = 4096, BytesPerSecond = 1_000_000 };
        RfbTestClient gone = await RfbTestClient.ConnectAsync(options, timeout.Token);
        await gone.CutInMessageAsync(timeout.Token);

        await using RfbTestClient client = await RfbTestClient.ConnectAsync(options, timeout.Token);
        await client.ReadPictureAsync(isIncremental: false, timeout.Token);
        await client.SendGarbageAsync(20, seed: 1, timeout.Token);

        Assert.Equal(1, client.Updates);
        Assert.True(await client.IsClosedByServerAsync(timeout.Token));
    }

    private static async Task<BgrxImage> PaintAndFreezeAsync(XDisplay display)
    {
        ExternalProcess moving = display.Start(await InteropProgram.XMoveAsync(), "video", "--fps", "60", "--log");
        await moving.Output.WaitForAsync(line => line.StartsWith("step 20 ", StringComparison.Ordinal), Timeout);
        return await display.FreezeAsync();
    }
}
