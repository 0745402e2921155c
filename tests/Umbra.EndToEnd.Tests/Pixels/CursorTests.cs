using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Pixels;

/// <summary>The cursor is the viewer's to draw: it comes as a shape and is in no picture, whoever moved it.</summary>
public sealed class CursorTests(PairFixture nodes) : IClassFixture<PairFixture>
{
    private const int Cursor = -239;
    private const int CursorWithAlpha = -314;

    [Theory]
    [InlineData(Cursor)]
    [InlineData(CursorWithAlpha)]
    public async Task Cursor_NewShapeAndMovedByShadower_IsSentAndNotDrawnIn(int encoding)
    {
        string xsetroot = Require.Program("xsetroot");
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 640, 400, ShadowMode.Control);
        (await desktop.Display.RunAsync(xsetroot, "-solid", "#406080", "-cursor_name", "left_ptr")).EnsureSuccess();
        using CancellationTokenSource timeout = new(NodePair.Patience);
        await using RfbTestClient client = await RfbTestClient.ConnectAsync(
            RfbTestOptions.For(desktop.Shadow.Listen) with { Encodings = [0, -223, -224, encoding] }, timeout.Token);
        await client.ReadPictureAsync(isIncremental: false, timeout.Token);
        await UntilAsync(client, () => client.VisibleCursorShapes > 0, timeout.Token);

        await client.SendPointerAsync(100, 90, 0, timeout.Token);
        (await desktop.Display.RunAsync(xsetroot, "-cursor_name", "crosshair")).EnsureSuccess();
        int before = client.VisibleCursorShapes;
        await UntilAsync(client, () => client.VisibleCursorShapes > before, timeout.Token);

        await Shown.BecomesExactAsync(await desktop.Display.FreezeAsync(), new VncDump { Target = desktop.Shadow.Listen });
        Assert.Null(client.Picture.DifferenceFrom(await desktop.Display.ScreenshotAsync()));
    }

    /// <summary>Reads updates until the condition holds.</summary>
    private static async Task UntilAsync(RfbTestClient client, Func<bool> holds, CancellationToken cancellationToken)
    {
        while (!holds())
        {
            await client.ReadPictureAsync(isIncremental: true, cancellationToken);
        }
    }
}
