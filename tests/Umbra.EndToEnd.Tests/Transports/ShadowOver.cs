using System.Diagnostics;
using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.EndToEnd.Tests.Input;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Transports;

/// <summary>
/// What is the same over each driver, between two nodes: what is typed arrives, pictures are exact, a stuck viewer costs little, the wire breaks and the shadow comes back, it
/// can be measured, and of all who came to look nothing is left. UMBRA_LONG=1 makes it a thousand visits.
/// </summary>
internal sealed class ShadowOver(string scheme, ITestOutputHelper output)
{
    private const string Session = "alice";
    private const int Allowance = 16 * 1024 * 1024;
    private const double CheckSeconds = 0.3;
    private static readonly TimeSpan Run = TimeSpan.FromSeconds(1);

    /// <summary>No loss, and few bytes.</summary>
    private static readonly int[] Exact = [7, 1, -223, -224];

    public async Task RunAsync()
    {
        Stopwatch clock = Stopwatch.StartNew();
        using Wire wire = Wire.Of(scheme);
        await using NodePair pair = await NodePair.StartAsync(link: wire.Listen, reach: wire.Reach);
        Typing typing = await Typing.StartAsync(pair, Session, wire.Screen.Width, wire.Screen.Height);
        Tell("two nodes and a desktop");

        ShadowInfo shadow = await pair.ShadowAsync(Session, ShadowMode.Control);
        RfbTestOptions options = RfbTestOptions.For(shadow.Listen) with { Encodings = Exact };
        await using (WatchingViewer watcher = await WatchingViewer.ConnectAsync(options))
        {
            await TypeAsync(pair, typing, shadow, options);
            Tell("typed");
            await ComesToHoldTheScreenAsync(pair, watcher, options, wire);
            Tell("pictures");
        }

        await BearsAStuckViewerAsync(pair, shadow, wire);
        await pair.NearApi.StopShadowAsync(shadow.Id, CancellationToken.None);
        Tell("a stuck viewer");

        await using XDisplay display = pair.DisplayOf(Session);
        display.Start(await InteropProgram.XMoveAsync(), "marker", "--fps", "5");

        // What the first visits bring for good is there after these.
        await Visits.RunAsync(pair, Session, Visits.Kinds, wire.OpenShadows);
        Idle[] idle = await Task.WhenAll(Idle.WaitAsync(pair.Near, pair.NearApi), Idle.WaitAsync(pair.Target, pair.TargetApi));
        Tell("at rest");

        await ComesBackAsync(pair, wire);
        Tell("broken and back");
        WireCheckInfo check = await CheckAsync(pair, wire);
        Tell($"checked: {check}");
        await Visits.RunAsync(pair, Session, wire.Visits, wire.OpenShadows);
        Tell($"{wire.Visits} visits");

        await idle[0].ReturnsAsync(pair.Near, pair.NearApi, "the near node");
        await idle[1].ReturnsAsync(pair.Target, pair.TargetApi, "the target node");
        Tell("at rest again");
        output.WriteLine($"near node:\n{(await pair.Near.TryRunAsync("drivers")).EnsureSuccess().Output}");
        output.WriteLine($"target node:\n{(await pair.Target.TryRunAsync("drivers")).EnsureSuccess().Output}");
        await CountedAsync(pair, wire);
        Assert.DoesNotContain("fail:", pair.Near.Process.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", pair.Target.Process.Errors.ToString(), StringComparison.Ordinal);

        void Tell(string what) => output.WriteLine($"{scheme} {clock.Elapsed.TotalSeconds:0.0} s: {what}");
    }

    /// <summary>In control mode all arrives in the program, in view mode nothing.</summary>
    private static async Task TypeAsync(NodePair pair, Typing typing, ShadowInfo shadow, RfbTestOptions options)
    {
        await using RfbTestClient client = await Typing.ConnectAsync(options);
        for (int i = 0; i < 4; i++)
        {
            string text = $"Line {i:00}: the Quick brown fox; 1+2=3, (a) [b] {{c}} ~!@#$%^&*? and the Lazy dog, and back again";
            await Typing.LineAsync(client, text);
            Assert.Equal(text, await typing.NextLineAsync());
        }

        await pair.NearApi.ChangeShadowAsync(shadow.Id, new ChangeShadowRequest(ShadowMode.View), Typing.Timeout);
        await Typing.LineAsync(client, "while only watching");
        await Typing.SettledAsync(client);
        await pair.NearApi.ChangeShadowAsync(shadow.Id, new ChangeShadowRequest(ShadowMode.Control), Typing.Timeout);
        await Typing.LineAsync(client, "last");
        Assert.Equal("last", await typing.NextLineAsync());
    }

    /// <summary>One who saw all the movement, and one who comes when it is over, hold what the X server holds.</summary>
    private static async Task ComesToHoldTheScreenAsync(NodePair pair, WatchingViewer watcher, RfbTestOptions options, Wire wire)
    {
        await using XDisplay display = pair.DisplayOf(Session);
        await HoldsAsync(watcher, await display.FreezeAsync(), "what was typed");

        display.Start(await InteropProgram.XMoveAsync(), wire.Text, "--fps", "5");
        await watcher.LivePicturesAsync();
        await Task.Delay(Run);
        BgrxImage screen = await display.FreezeAsync();

        await HoldsAsync(watcher, screen, "what moved");
        await using WatchingViewer late = await WatchingViewer.ConnectAsync(options);
        await HoldsAsync(late, screen, "what moved before it came");
        Assert.Null(watcher.Client.Picture.DifferenceFrom(screen));
        Assert.Equal(0, watcher.Client.UndecodedRectangles + late.Client.UndecodedRectangles);
    }

    private static async Task HoldsAsync(WatchingViewer viewer, BgrxImage screen, string what)
    {
        string? difference = null;
        await Eventually.TrueAsync(() => (difference = viewer.Client.Picture.DifferenceFrom(screen)) is null, what, () => $"{viewer.End} {difference}");
    }

    private async Task BearsAStuckViewerAsync(NodePair pair, ShadowInfo shadow, Wire wire)
    {
        await using XDisplay display = pair.DisplayOf(Session);
        display.Start(await InteropProgram.XMoveAsync(), wire.Video, "--fps", "10");
        RfbTestOptions options = RfbTestOptions.For(shadow.Listen) with { Encodings = StuckViewer.Video, Decodes = false };
        await using WatchingViewer other = await WatchingViewer.ConnectAsync(options);
        await other.MoreUpdatesAsync(10);
        LoadSample before = LoadSample.Most(await LoadSample.ReadForAsync(pair, Run));

        await using RfbTestClient stuck = await StuckViewer.ConnectAsync(options);
        LoadSample during = LoadSample.Most(await LoadSample.ReadForAsync(pair, 3 * Run));
        await other.MoreUpdatesAsync(10);

        LoadSample growth = during.Over(before);
        output.WriteLine($"a stuck viewer; most before: {before}; growth: {growth}");
        Assert.True(growth.Largest < Allowance, $"grew: {growth}");
        Assert.Null(other.End);
    }

    /// <summary>The driver is stopped at the target and started again; a line is cut as well, for a moment. The viewer stays.</summary>
    private static async Task ComesBackAsync(NodePair pair, Wire wire)
    {
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        await using WatchingViewer viewer = await WatchingViewer.LiveAsync(RfbTestOptions.For(shadow.Listen) with { Encodings = Exact });
        if (wire.Line is { } line)
        {
            line.IsCut = true;
            await Task.Delay(Run);
            line.IsCut = false;
            await viewer.LivePicturesAsync();
        }

        await pair.TargetApi.StopDriverAsync(wire.Scheme, CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await pair.NearApi.GetShadowAsync(shadow.Id, CancellationToken.None)).State == ShadowState.Lost, "the shadow is lost", () => pair.Near.Process.Errors.ToString());
        await Eventually.TrueAsync(() => Banner.IsIn(viewer.Client.Picture), "the viewer sees the notice");
        await pair.TargetApi.StartDriverAsync(wire.Scheme, CancellationToken.None);

        await viewer.LivePicturesAsync();
        Assert.False(Banner.IsIn(viewer.Client.Picture));
        Assert.Equal(ShadowState.Active, (await pair.NearApi.GetShadowAsync(shadow.Id, CancellationToken.None)).State);
        await pair.NearApi.StopShadowAsync(shadow.Id, CancellationToken.None);
    }

    private static async Task<WireCheckInfo> CheckAsync(NodePair pair, Wire wire)
    {
        WireCheckRequest request = new(wire.Reach ?? pair.Link, "server-b", CheckSeconds);
        WireCheckInfo? result = null;
        await foreach (WireCheckInfo step in await pair.NearApi.CheckWireAsync(request, CancellationToken.None))
        {
            result = step;
        }

        Assert.True(result is { Phase: WireCheckPhase.Done, ConnectTime: > 0, HandshakeTime: > 0, RoundTrip: > 0, ReceiveRate: > 0, SendRate: > 0 }, $"{result}");
        return result!;
    }

    /// <summary>Both ends have counted the same wire, and the near node its viewers, who were sent more than they sent.</summary>
    private static async Task CountedAsync(NodePair pair, Wire wire)
    {
        DriverInfo near = (await pair.NearApi.ListDriversAsync(CancellationToken.None)).Single(driver => driver.Scheme == wire.Scheme);
        DriverInfo target = (await pair.TargetApi.ListDriversAsync(CancellationToken.None)).Single(driver => driver.Scheme == wire.Scheme);
        DriverInfo viewers = (await pair.NearApi.ListDriversAsync(CancellationToken.None)).Single(driver => driver.Scheme == "tcp");
        Assert.True(target.SentBytes > 0 && target.ReceivedBytes > 0 && near.ReceivedBytes > 0, $"{near}\n{target}");
        Assert.True(viewers.SentBytes > viewers.ReceivedBytes, $"{viewers}");
        Assert.Equal((0, 0), (near.Links, target.Links));
    }
}
