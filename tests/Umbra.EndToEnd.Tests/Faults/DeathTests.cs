using System.Diagnostics;
using Umbra.Api;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>Things are killed in the middle of traffic: what is left goes on, says so, and comes back by itself.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class DeathTests
{
    private const string Session = "alice";
    private const uint LeftShift = 0xFFE1;

    [Fact]
    public async Task KillTargetNode_ViewerOfNearNode_SeesNoticeAndThenTheSameDesktopAgain()
    {
        await using NodePair pair = await StartWithDesktopAsync();
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        await using WatchingViewer viewer = await WatchingViewer.LiveAsync(shadow.Listen);
        int server = pair.XServerOf(Session)!.Value;
        int program = pair.ProgramOf(Session)!.Value;

        await pair.Target.KillAsync();

        await Eventually.TrueAsync(
            async () => await pair.NearApi.GetShadowAsync(shadow.Id, CancellationToken.None) is { State: ShadowState.Lost, Notice.Length: > 0 },
            "the shadow is lost and says why");
        await Eventually.TrueAsync(() => Banner.IsIn(viewer.Client.Picture), "the viewer sees the notice");
        Assert.Null(viewer.End);

        await pair.Target.StartAgainAsync();

        await viewer.LivePicturesAsync();
        Assert.False(Banner.IsIn(viewer.Client.Picture));
        Assert.Equal(ShadowState.Active, (await pair.NearApi.GetShadowAsync(shadow.Id, CancellationToken.None)).State);
        Assert.Equal(server, pair.XServerOf(Session));
        Assert.Equal(program, pair.ProgramOf(Session));
        Assert.True(IsAlive(server) && IsAlive(program));
    }

    /// <summary>A display that runs anyway, and neither starts nor ends with the node.</summary>
    [Fact]
    public async Task KillTargetNode_OfAnAttachedDisplay_ViewerSeesItAgain()
    {
        await using XDisplay display = await XDisplay.StartXvfbAsync(640, 400);
        display.Start(await InteropProgram.XMoveAsync(), "marker", "--fps", "20");
        await using NodePair pair = await NodePair.StartAsync();
        StartSessionRequest request = new(SessionKind.X11, Session, Address: $"x11:{display.Name}", XAuthority: display.Variables["XAUTHORITY"]);
        await pair.TargetApi.StartSessionAsync(request, CancellationToken.None);
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        await using WatchingViewer viewer = await WatchingViewer.LiveAsync(shadow.Listen);

        await pair.Target.KillAsync();
        await Eventually.TrueAsync(() => Banner.IsIn(viewer.Client.Picture), "the viewer sees the notice");
        Assert.Null(viewer.End);
        await pair.Target.StartAgainAsync();

        await viewer.LivePicturesAsync();
        Assert.False(Banner.IsIn(viewer.Client.Picture));
        Assert.False(display.Server.HasExited);
    }

    [Fact]
    public async Task KillXServer_OwnerAndShadower_StayConnectedAndSeeItStartedAgain()
    {
        await using NodePair pair = await StartWithDesktopAsync();
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        await using WatchingViewer owner = await WatchingViewer.LiveAsync(await pair.OwnerAsync(Session));
        await using WatchingViewer shadower = await WatchingViewer.LiveAsync(shadow.Listen);
        int server = pair.XServerOf(Session)!.Value;

        await KillAsync(server);

        await Eventually.TrueAsync(
            async () => (await pair.NearApi.GetShadowAsync(shadow.Id, CancellationToken.None)).Notice?.Contains("x server", StringComparison.Ordinal) ?? false,
            "the near node says why there are no pictures");
        await Eventually.TrueAsync(() => pair.XServerOf(Session) is { } again && again != server, "another X server runs");
        await owner.LivePicturesAsync();
        await shadower.LivePicturesAsync();
        Assert.Equal(SessionState.Active, (await pair.TargetApi.GetSessionAsync(Session, CancellationToken.None)).State);
        Assert.Null((await pair.NearApi.GetShadowAsync(shadow.Id, CancellationToken.None)).Notice);
    }

    [Fact]
    public async Task EndSession_EverybodyIsLetGo_NothingIsLostOrTriedAgain()
    {
        await using NodePair pair = await StartWithDesktopAsync();
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        await using WatchingViewer owner = await WatchingViewer.LiveAsync(await pair.OwnerAsync(Session));
        await using WatchingViewer shadower = await WatchingViewer.LiveAsync(shadow.Listen);
        int server = pair.XServerOf(Session)!.Value;
        int program = pair.ProgramOf(Session)!.Value;

        await pair.TargetApi.KillSessionAsync(Session, CancellationToken.None);

        Assert.False(IsAlive(server) || IsAlive(program));
        await Eventually.TrueAsync(() => owner.End is not null && shadower.End is not null, "both viewers are let go");
        await Eventually.TrueAsync(async () => (await pair.NearApi.ListShadowsAsync(CancellationToken.None)).Count == 0, "the shadow is over");
        Assert.False(Banner.IsIn(owner.Client.Picture) || Banner.IsIn(shadower.Client.Picture));
        Assert.DoesNotContain("lost", pair.Target.Process.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(LeftIn(pair.Target), path => path.Contains(Session, StringComparison.Ordinal));
    }

    [Fact]
    public async Task KillNearNode_OwnerOnTarget_NoticesNothing()
    {
        await using NodePair pair = await StartWithDesktopAsync();
        await VisitAsync(pair);
        Idle idle = await Idle.WaitAsync(pair.Target, pair.TargetApi);
        await using WatchingViewer owner = await WatchingViewer.LiveAsync(await pair.OwnerAsync(Session));
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        await using WatchingViewer shadower = await WatchingViewer.LiveAsync(shadow.Listen);
        Assert.Single(await pair.TargetApi.ListShadowsAsync(CancellationToken.None));

        await pair.Near.KillAsync();
        await owner.MoreUpdatesAsync(30);

        Assert.Null(owner.End);
        await Eventually.TrueAsync(
            async () => (await pair.TargetApi.ListShadowsAsync(CancellationToken.None)).Count == 0, "the target node knows of no shadow any more");
        await owner.LeaveAsync();
        await idle.ReturnsAsync(pair.Target, pair.TargetApi, "the target node");
    }

    [Fact]
    public async Task KillViewer_HoldingAKey_KeyIsReleasedAtOnce()
    {
        Require.Program("xev");
        await using NodePair pair = await NodePair.StartAsync();
        await pair.StartDesktopAsync(Session, 320, 200, "stdbuf", "-oL", "xev", "-root", "-event", "keyboard");
        ShadowInfo shadow = await pair.ShadowAsync(Session, ShadowMode.Control);
        await using WatchingViewer owner = await WatchingViewer.ConnectAsync(await pair.OwnerAsync(Session));
        using CancellationTokenSource timeout = new(NodePair.Patience);
        await using RfbTestClient killed = await RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen), timeout.Token);
        await killed.ReadPictureAsync(isIncremental: false, timeout.Token);

        // A modifier does not repeat: one press, one release.
        await killed.SendKeyAsync(LeftShift, isDown: true, timeout.Token);
        await Eventually.TrueAsync(() => Events(pair, "KeyPress") == 1, "the key is down");
        Assert.Equal(0, Events(pair, "KeyRelease"));
        killed.Cut();

        await Eventually.TrueAsync(() => Events(pair, "KeyRelease") == 1, "the key is up");
        Assert.Null(owner.End);
    }

    [Fact]
    public async Task StopNodes_Gracefully_LeavesNoProcessSocketOrFile()
    {
        await using NodePair pair = await StartWithDesktopAsync();
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        await using WatchingViewer viewer = await WatchingViewer.LiveAsync(shadow.Listen);
        int server = pair.XServerOf(Session)!.Value;
        int program = pair.ProgramOf(Session)!.Value;

        int exitCode = await pair.Target.StopAsync();
        Assert.True(exitCode == 0, $"{exitCode}: {pair.Target.Process.Errors}");

        Assert.False(IsAlive(server) || IsAlive(program));
        await Eventually.TrueAsync(() => Banner.IsIn(viewer.Client.Picture), "the viewer of the near node sees the notice");
        Assert.Equal(0, await pair.Near.StopAsync());
        await Eventually.TrueAsync(() => viewer.End is not null, "the viewer is let go");
        Assert.Empty(LeftIn(pair.Target));
        Assert.Empty(LeftIn(pair.Near));
    }

    /// <summary>An owner and a shadower come and go: what a session keeps of its first viewers (encoders) is there then.</summary>
    private static async Task VisitAsync(NodePair pair)
    {
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        await using WatchingViewer owner = await WatchingViewer.LiveAsync(await pair.OwnerAsync(Session));
        await using WatchingViewer shadower = await WatchingViewer.LiveAsync(shadow.Listen);
        await pair.NearApi.StopShadowAsync(shadow.Id, CancellationToken.None);
    }

    /// <summary>What xev has told of in the desktop so far.</summary>
    private static int Events(NodePair pair, string kind)
    {
        string log = pair.Target.PathOf($"run/desktops/{Session}/session.log");
        return File.ReadLines(log).Count(line => line.StartsWith(kind, StringComparison.Ordinal));
    }

    private static string[] LeftIn(NodeProcess node) =>
        [.. Directory.GetFileSystemEntries(node.PathOf("run"), "*", SearchOption.AllDirectories).Where(path => !Directory.Exists(path))];

    private static async Task<NodePair> StartWithDesktopAsync()
    {
        string xmove = await InteropProgram.XMoveAsync();
        NodePair pair = await NodePair.StartAsync();
        try
        {
            await pair.StartDesktopAsync(Session, 640, 400, xmove, "marker", "--fps", "20");
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    private static async Task KillAsync(int pid) => (await ExternalProcess.RunAsync("kill", ["-KILL", $"{pid}"])).EnsureSuccess();

    private static bool IsAlive(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
