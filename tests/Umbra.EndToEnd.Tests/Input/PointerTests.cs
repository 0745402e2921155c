using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.EndToEnd.Tests.Pixels;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Input;

/// <summary>What a shadower points at and clicks on the near node reaches a program on the target node, and is let go of when they vanish.</summary>
public sealed class PointerTests(PairFixture nodes) : IClassFixture<PairFixture>
{
    private const byte Left = 1;
    private static readonly string[] Events = ["-event", "mouse", "-geometry", "600x350+0+0"];

    [Fact]
    public async Task Click_InControlMode_ArrivesWhereItWasMade()
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 640, 400, ShadowMode.Control);
        LineLog seen = StartXev(desktop);
        using CancellationTokenSource timeout = new(NodePair.Patience);
        await using RfbTestClient client = await RfbTestClient.ConnectAsync(RfbTestOptions.For(desktop.Shadow.Listen), timeout.Token);
        await PressUntilSeenAsync(client, seen, 123, 45, timeout.Token);

        await client.SendPointerAsync(200, 150, 0, timeout.Token);

        await seen.WaitForAsync(line => line.Contains("ButtonRelease", StringComparison.Ordinal), NodePair.Patience);
        await seen.WaitForAsync(line => line.Contains("root:(200,150)", StringComparison.Ordinal), NodePair.Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vanish_WhileAButtonIsDown_ReleasesIt(bool isCut)
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 640, 400, ShadowMode.Control);
        LineLog seen = StartXev(desktop);
        using CancellationTokenSource timeout = new(NodePair.Patience);
        await using RfbTestClient client = await RfbTestClient.ConnectAsync(RfbTestOptions.For(desktop.Shadow.Listen), timeout.Token);
        await PressUntilSeenAsync(client, seen, 123, 45, timeout.Token);

        if (isCut)
        {
            client.Cut();
        }
        else
        {
            await nodes.Pair.NearApi.ChangeShadowAsync(desktop.Shadow.Id, new ChangeShadowRequest(ShadowMode.View), timeout.Token);
        }

        await seen.WaitForAsync(line => line.Contains("ButtonRelease", StringComparison.Ordinal), NodePair.Patience);
    }

    [Fact]
    public async Task Click_InViewMode_DoesNotArrive()
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 640, 400, ShadowMode.View);
        LineLog seen = StartXev(desktop);
        using CancellationTokenSource timeout = new(NodePair.Patience);
        await using RfbTestClient watcher = await RfbTestClient.ConnectAsync(RfbTestOptions.For(desktop.Shadow.Listen), timeout.Token);
        await using RfbTestClient owner = await RfbTestClient.ConnectAsync(await desktop.OwnerAsync(), timeout.Token);
        await PressUntilSeenAsync(owner, seen, 50, 60, timeout.Token);

        await watcher.SendPointerAsync(300, 200, Left, timeout.Token);
        await watcher.SendPointerAsync(300, 200, 0, timeout.Token);
        await watcher.ReadPictureAsync(isIncremental: false, timeout.Token);
        await owner.SendPointerAsync(70, 80, 0, timeout.Token);

        await seen.WaitForAsync(line => line.Contains("root:(70,80)", StringComparison.Ordinal), NodePair.Patience);
        Assert.DoesNotContain("root:(300,200)", seen.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A window nearly as large as the desktop, that writes down what happens to it.</summary>
    private static LineLog StartXev(Shown desktop) => desktop.Display.Start(Require.Program("stdbuf"), ["-oL", Require.Program("xev"), .. Events]).Output;

    /// <summary>Clicks until the window is there and holds the button down.</summary>
    private static async Task PressUntilSeenAsync(RfbTestClient client, LineLog seen, int x, int y, CancellationToken cancellationToken)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                if (!seen.ToString().Contains("ButtonPress", StringComparison.Ordinal))
                {
                    await client.SendPointerAsync(x, y, 0, cancellationToken);
                    await client.SendPointerAsync(x, y, Left, cancellationToken);
                }

                return seen.ToString().Contains($"root:({x},{y})", StringComparison.Ordinal) && seen.ToString().Contains("ButtonPress", StringComparison.Ordinal);
            },
            "the button is seen to be down");
    }
}
