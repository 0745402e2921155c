using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.EndToEnd.Tests.Pixels;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Input;

/// <summary>Text goes between the clipboards of the two ends for those who may control, and for nobody else.</summary>
public sealed class ClipboardTests(PairFixture nodes) : IClassFixture<PairFixture>
{
    [Fact]
    public async Task Clipboard_InControlMode_GoesBothWays()
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 320, 200, ShadowMode.Control);
        using CancellationTokenSource timeout = new(NodePair.Patience);
        await using RfbTestClient client = await RfbTestClient.ConnectAsync(RfbTestOptions.For(desktop.Shadow.Listen), timeout.Token);
        await client.ReadPictureAsync(isIncremental: false, timeout.Token);

        await client.SendCutTextAsync("from the shadower", timeout.Token);
        await Eventually.TrueAsync(async () => await PasteAsync(desktop) == "from the shadower", "the desktop has the shadower's text");

        Copy(desktop, "from the desktop");
        await UntilAsync(client, "from the desktop", timeout.Token);
    }

    [Fact]
    public async Task Clipboard_InViewMode_GoesNeitherWay()
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 320, 200, ShadowMode.View);
        using CancellationTokenSource timeout = new(NodePair.Patience);
        await using RfbTestClient watcher = await RfbTestClient.ConnectAsync(RfbTestOptions.For(desktop.Shadow.Listen), timeout.Token);
        await using RfbTestClient owner = await RfbTestClient.ConnectAsync(await desktop.OwnerAsync(), timeout.Token);
        await owner.ReadPictureAsync(isIncremental: false, timeout.Token);

        await watcher.SendCutTextAsync("from one who only watches", timeout.Token);
        Copy(desktop, "secret");
        await UntilAsync(owner, "secret", timeout.Token);
        await watcher.ReadPictureAsync(isIncremental: false, timeout.Token);

        Assert.Null(watcher.CutText);
        Assert.Equal("secret", await PasteAsync(desktop));
    }

    private static void Copy(Shown desktop, string text) =>
        desktop.Display.Start("/bin/sh", "-c", $"printf '%s' '{text}' | exec {Require.Program("xclip")} -quiet -selection clipboard -i");

    private static async Task<string> PasteAsync(Shown desktop) =>
        (await desktop.Display.RunAsync(Require.Program("timeout"), "5", Require.Program("xclip"), "-selection", "clipboard", "-o")).Output;

    /// <summary>Reads what comes until the client was told this text.</summary>
    private static async Task UntilAsync(RfbTestClient client, string text, CancellationToken cancellationToken)
    {
        while (client.CutText != text)
        {
            await client.ReadMessageAsync(cancellationToken);
        }
    }
}
