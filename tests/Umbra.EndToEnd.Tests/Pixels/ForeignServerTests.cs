using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Pixels;

/// <summary>RFB and X servers that are not ours, attached on server-b and shadowed from server-a.</summary>
public sealed class ForeignServerTests(PairFixture nodes) : IClassFixture<PairFixture>
{
    private static readonly string[] Lossless = ["raw", "hextile", "zrle", "tight"];

    [Fact]
    public async Task AttachedXvnc_Frozen_ClientHoldsItsScreen()
    {
        await using XDisplay display = await XDisplay.StartXvncAsync();
        await AttachAsync("xvnc", $"vnc://{display.RfbSocket}");
        await MoveAsync(display);

        // Xvnc draws the cursor into the picture of those who have not put the pointer where it is.
        await PutPointerAsync("xvnc", 1279, 799);
        await AssertExactAsync("xvnc", display);
    }

    [Fact]
    public async Task AttachedX11vnc_Frozen_ClientHoldsItsScreen()
    {
        string x11vnc = Require.Program("x11vnc");
        await using XDisplay display = await XDisplay.StartXvfbAsync();
        int port = FreePort.Find();
        ExternalProcess server = display.Start(
            x11vnc, "-display", display.Name, "-rfbport", $"{port}", "-localhost", "-nopw", "-forever", "-shared", "-noipv6", "-quiet");
        await server.Output.WaitForAsync(line => line == $"PORT={port}", NodePair.Patience);
        await AttachAsync("x11vnc", $"vnc://127.0.0.1:{port}");
        await MoveAsync(display);
        await PutPointerAsync("x11vnc", 1279, 799);
        await AssertExactAsync("x11vnc", display, server);
    }

    [Fact]
    public async Task AttachedXServer_Frozen_ClientHoldsItsScreen()
    {
        await using XDisplay display = await XDisplay.StartXvfbAsync();
        await AttachAsync("xvfb", $"x11:{display.Name}", "--xauthority", display.Variables["XAUTHORITY"]!);
        await MoveAsync(display);
        await AssertExactAsync("xvfb", display);
    }

    private async Task AttachAsync(string name, string address, params string[] more)
    {
        await nodes.Pair.Target.RunAsync(["session", "attach", address, "--name", name, .. more]);
        await Eventually.TrueAsync(
            async () => await nodes.Pair.TargetApi.GetSessionAsync(name, CancellationToken.None) is { State: SessionState.Active }, $"{name} is shown");
    }

    private static async Task MoveAsync(XDisplay display)
    {
        ExternalProcess moving = display.Start(await InteropProgram.XMoveAsync(), "video", "--fps", "20", "--log");
        await moving.Output.WaitForAsync(line => line.StartsWith("step 20 ", StringComparison.Ordinal), NodePair.Patience);
    }

    private async Task PutPointerAsync(string session, int x, int y)
    {
        using CancellationTokenSource timeout = new(NodePair.Patience);
        await using RfbTestClient owner = await RfbTestClient.ConnectAsync(await nodes.Pair.OwnerAsync(session), timeout.Token);
        await owner.SendPointerAsync(x, y, 0, timeout.Token);
        await owner.ReadPictureAsync(isIncremental: false, timeout.Token);
    }

    private async Task AssertExactAsync(string session, XDisplay display, ExternalProcess? server = null)
    {
        BgrxImage screen = await display.FreezeAsync();
        server?.SendToGroup(Signal.Continue);
        ShadowInfo shadow = await nodes.Pair.ShadowAsync(session);
        foreach (string encoding in Lossless)
        {
            await Shown.BecomesExactAsync(screen, new VncDump { Target = shadow.Listen, Encodings = encoding });
        }

        await nodes.Pair.NearApi.StopShadowAsync(shadow.Id, CancellationToken.None);
        await nodes.Pair.TargetApi.KillSessionAsync(session, CancellationToken.None);
    }
}
