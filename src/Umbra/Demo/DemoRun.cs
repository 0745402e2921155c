using System.Diagnostics;
using Umbra.Api;

namespace Umbra.Demo;

/// <summary>
/// Two nodes on this machine, a session on server-b, and shadows of it from server-a over a pipe with mutual TLS: one for the person at the keyboard, one for
/// the demo's own viewer. Everything lives in one temporary folder, which goes with the demo.
/// </summary>
internal sealed class DemoRun : IAsyncDisposable
{
    public const string SessionName = "alice";

    private static readonly TimeSpan CleanTimeout = TimeSpan.FromSeconds(10);
    private readonly string _folder = Directory.CreateTempSubdirectory("umbra-demo-").FullName;
    private readonly Stopwatch _running = Stopwatch.StartNew();
    private DemoNode? _near;
    private DemoNode? _target;
    private DemoWatcher? _watcher;
    private ShadowInfo? _watched;

    /// <summary>Where the person's viewer connects.</summary>
    public string Address { get; private set; } = "";

    public string Folder => _folder;

    public DemoNode Near => _near!;

    public DemoNode Target => _target!;

    /// <summary>Brings everything up, telling each step.</summary>
    public async Task StartAsync(SessionKind kind, SizeInfo size, string listen, Action<string> tell, CancellationToken cancellationToken)
    {
        tell("starting server-a and server-b, each with its own keys");
        _target = await DemoNode.StartAsync("server-b", Sub("b"), cancellationToken);
        _near = await DemoNode.StartAsync("server-a", Sub("a"), cancellationToken);
        tell($"server-b invites, server-a joins ({Target.LinkAddress})");
        InviteInfo invite = await Target.Client.InviteNodeAsync(new InviteRequest(), cancellationToken);
        await Near.Client.JoinNodeAsync(new JoinRequest(invite.Token, Target.LinkAddress), cancellationToken);
        tell(kind == SessionKind.Desktop ? "starting a desktop on server-b" : "starting the test pattern on server-b");
        StartSessionRequest session = new(kind, SessionName, size, Command: kind == SessionKind.Desktop ? ["/bin/sh", "-c", DesktopScript] : null);
        await Target.Client.StartSessionAsync(session, cancellationToken);
        tell("shadowing it from server-a");
        string name = $"{SessionName}@server-b";
        ShadowInfo shadow = await Near.Client.StartShadowAsync(new StartShadowRequest(name, ShadowMode.Control, "demo", listen, NoPassword: true), cancellationToken);
        Address = shadow.Listen;
        _watched = await Near.Client.StartShadowAsync(new StartShadowRequest(name, ShadowMode.View, "demo viewer", "127.0.0.1:0", NoPassword: true), cancellationToken);
        _watcher = new DemoWatcher(_watched.Listen);
        await WaitForFramesAsync(cancellationToken);
    }

    /// <summary>Takes a picture through the link.</summary>
    public async Task SnapshotAsync(string path, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> png = await Near.Client.TakeSnapshotAsync(new SessionAddress(SessionName, "server-b"), cancellationToken);
        await File.WriteAllBytesAsync(path, png, cancellationToken);
    }

    /// <summary>Closes all shadows and sessions, waits for the pools to come back to zero, and says what was seen.</summary>
    public async Task<DemoSummary> CloseAsync(string? png)
    {
        IReadOnlyList<ShadowInfo> shadows = await Near.Client.ListShadowsAsync(CancellationToken.None);
        long bytes = shadows.Sum(s => s.Bytes);
        int connections = shadows.Sum(s => s.Viewers) + (await Near.Client.ListNodesAsync(CancellationToken.None)).Sum(n => n.Links);
        long frames = _watcher!.Frames;
        double seconds = _running.Elapsed.TotalSeconds;
        await _watcher.DisposeAsync();
        _watcher = null;
        foreach (ShadowInfo shadow in shadows)
        {
            await Near.Client.StopShadowAsync(shadow.Id, CancellationToken.None);
        }

        await Target.Client.KillSessionAsync(SessionName, CancellationToken.None);
        DemoPool[] pools = [await SettleAsync(Near), await SettleAsync(Target)];
        bool isClean = pools.All(p => p.Tags.All(t => t.Outstanding == 0));
        return new DemoSummary(frames, bytes, Math.Round(seconds, 1), connections, isClean, pools, png);
    }

    public async ValueTask DisposeAsync()
    {
        await (_watcher?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_near?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_target?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A window manager, a terminal, and something that moves; what is not installed is left out.</summary>
    private const string DesktopScript = """
        xsetroot -solid '#23395b' 2>/dev/null
        command -v openbox >/dev/null && openbox &
        command -v xclock >/dev/null && xclock -digital -update 1 -strftime '%H:%M:%S' -geometry +40+40 -face 'DejaVu Sans-28' &
        command -v ico >/dev/null && ico -faces -sleep 0.03 -size 320x320 -geometry +60+160 &
        command -v xterm >/dev/null && exec xterm -geometry 96x32+440+60 -fa 'DejaVu Sans Mono' -fs 10 -title 'alice on server-b'
        wait
        """;

    private string Sub(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    private async Task WaitForFramesAsync(CancellationToken cancellationToken)
    {
        while (_watcher!.Frames < 2)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_running.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new NodeOperationException(ErrorCode.Timeout, "no picture came through the link within a minute", "set UMBRA_LOG_LEVEL=information and run the demo again: the nodes then say what they do");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>The last buffers come back a moment after the last connection is closed.</summary>
    private static async Task<DemoPool> SettleAsync(DemoNode node)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            PoolInfo pool = await node.Client.GetPoolAsync(CancellationToken.None);
            if (pool.Tags.All(t => t.Outstanding == 0) || waited.Elapsed > CleanTimeout)
            {
                return new DemoPool(node.Name, [.. pool.Tags.Where(t => t.Allocs > 0)]);
            }

            await Task.Delay(100);
        }
    }
}
