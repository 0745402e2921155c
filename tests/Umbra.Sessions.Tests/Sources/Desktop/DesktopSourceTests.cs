using System.Text.Json;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Desktop;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.Desktop;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class DesktopSourceTests : PoolTest
{
    private readonly string _directory = Directory.CreateTempSubdirectory("umbra-test-").FullName;

    [Fact]
    public async Task Run_Desktop_PictureEqualsTheDisplays()
    {
        Require.Program("Xvnc");
        Require.Program("xterm");
        await using Running running = Start("xterm -geometry 60x20+10+10 -e 'seq 1 100; sleep 1000'");
        await running.UntilDrawnAsync();
        Assert.Contains("alice", running.Sink.Title, StringComparison.Ordinal);
        Assert.Equal("desktop", running.Source.Kind);
    }

    [Fact]
    public async Task Run_DefaultCommand_ShowsSomething()
    {
        Require.Program("Xvnc");
        Require.Program("xterm");
        await using Running running = Start(null);
        await running.Sink.UntilAsync(() => running.Sink.Copy().Pixels.Distinct().Take(5).Count() == 5, "a desktop with something on it",
            running.Task);
    }

    [Fact]
    public async Task Run_XvncKilled_EndsAndTheNextRunStartsBothAgain()
    {
        Require.Program("Xvnc");
        Require.Program("xterm");
        string runs = Path.Combine(_directory, "runs");
        await using Running running = Start($"echo run >> {runs}; exec xterm");
        await running.Sink.UntilAsync(() => running.Sink.Commits > 0 && File.Exists(runs), "a first picture", running.Task);
        DesktopState before = State();
        Kill(before.Server.Pid);

        DesktopException lost = await Assert.ThrowsAsync<DesktopException>(() =>
            running.Task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
        Assert.Contains("gone", lost.Message, StringComparison.Ordinal);
        int commits = running.Sink.Commits;
        running.RunAgain();
        await running.Sink.UntilAsync(() => running.Sink.Commits > commits && File.ReadAllLines(runs).Length == 2, "a picture again",
            running.Task);
        Assert.NotEqual(before.Server, State().Server);
        Assert.False(before.Session!.Value.IsAlive);
    }

    [Fact]
    public async Task Run_AnotherSourceWithTheSameDirectory_AdoptsTheDesktop()
    {
        Require.Program("Xvnc");
        Require.Program("xterm");
        DesktopState before;
        await using (Running first = Start("xterm -geometry 60x20+10+10 -e 'seq 1 100; sleep 1000'", stopsDesktop: false))
        {
            await first.UntilDrawnAsync();
            before = State();
        }

        Assert.True(before.Server.IsAlive && before.Session!.Value.IsAlive);
        await using Running second = Start("false");
        await second.UntilDrawnAsync();
        Assert.Equal(before, State());
    }

    [Fact]
    public async Task Stop_EndsEverythingAndLeavesNothing()
    {
        Require.Program("Xvnc");
        await using DesktopSource source = new(Options("trap '' TERM; sleep 1000 & wait; sleep 1000"));
        await source.StartAsync(TestContext.Current.CancellationToken);
        DesktopState state = State();
        Assert.True(state.Server.IsAlive && state.Session!.Value.IsAlive);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(source.XAuthorityPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory));

        await source.StopAsync();

        Assert.False(state.Server.IsAlive || state.Session!.Value.IsAlive);
        Assert.False(Directory.Exists(_directory));
        await Assert.ThrowsAsync<DesktopException>(() => source.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Stop_StateNamesAProcessWhoseNumberWasUsedAgain_LeavesItAlone()
    {
        await using ExternalProcess bystander = ExternalProcess.Start("sleep", ["1000"]);
        ProcessIdentity real = ProcessIdentity.Of(bystander.Id)!.Value;
        ProcessIdentity former = real with { StartTicks = real.StartTicks - 1 };
        new DesktopState(former, 5, "x", former).Save(Path.Combine(_directory, "state.json"));
        await using DesktopSource source = new(Options("true"));

        Assert.Null(source.Display);
        await source.StopAsync();

        Assert.True(real.IsAlive);
    }

    [Fact]
    public async Task Start_ChildrenHoldNoneOfOurDescriptors()
    {
        Require.Program("Xvnc");
        using FileStream file = new(Path.Combine(_directory, "ours"), FileMode.Create);
        using System.Net.Sockets.Socket listener = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream,
            default);
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_directory, "ours.sock")));
        listener.Listen();
        await using DesktopSource source = new(Options("exec sleep 1000"));
        await source.StartAsync(TestContext.Current.CancellationToken);
        DesktopState state = State();
        string[] ours = Targets(Environment.ProcessId);
        string[] theirs = [.. Targets(state.Server.Pid), .. Targets(state.Session!.Value.Pid)];
        await source.StopAsync();

        Assert.Contains(file.Name, ours);
        Assert.DoesNotContain(file.Name, theirs);
        Assert.DoesNotContain(theirs.Intersect(ours), target => target.StartsWith("socket:", StringComparison.Ordinal));

        static string[] Targets(int pid) => [.. Directory.GetFiles($"/proc/{pid}/fd").Select(link => new FileInfo(link).LinkTarget ?? "")];
    }

    [Fact]
    public async Task Start_XvncNotInstalled_SaysWhatToInstall()
    {
        await using DesktopSource source = new(Options(null) with { Xvnc = "Xvnc-that-is-nowhere" });

        DesktopException missing = await Assert.ThrowsAsync<DesktopException>(() =>
            source.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("tigervnc-standalone-server", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_XvncFails_SaysWhatItSaid()
    {
        Require.Program("Xvnc");
        await using DesktopSource source = new(Options(null) with { Size = new Size(0, 0) });

        DesktopException failed = await Assert.ThrowsAsync<DesktopException>(() =>
            source.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("did not start", failed.Message, StringComparison.Ordinal);
        Assert.Contains("screen", failed.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_directory, "state.json")));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static void Kill(int pid)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(pid);
        process.Kill();
    }

    private DesktopOptions Options(string? command) => new()
    {
        Name = "alice",
        Directory = _directory,
        Size = new Size(640, 480),
        Command = command,
        StopTimeout = TimeSpan.FromMilliseconds(500),
    };

    private DesktopState State() => JsonSerializer.Deserialize<DesktopState>(File.ReadAllBytes(Path.Combine(_directory, "state.json")))!;

    private Running Start(string? command, bool stopsDesktop = true) =>
        new(new DesktopSource(Options(command)), new RecordingSink(Pool, Account) { AlwaysDemands = true }, stopsDesktop);

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly bool _stopsDesktop;

        public Running(DesktopSource source, RecordingSink sink, bool stopsDesktop)
        {
            (Source, Sink, _stopsDesktop) = (source, sink, stopsDesktop);
            Task = source.RunAsync(sink, _stop.Token);
        }

        public DesktopSource Source { get; }

        public RecordingSink Sink { get; }

        public Task Task { get; private set; }

        public void RunAgain() => Task = Source.RunAsync(Sink, _stop.Token);

        public Task UntilDrawnAsync() => Sink.UntilAsync(
            async () => Sink.Copy() is { Pixels: var pixels } picture && pixels.Any(b => b != 0) && picture.DifferenceFrom(await ScreenshotAsync()) is null,
            "the display's picture", Task);

        private async Task<BgrxImage> ScreenshotAsync()
        {
            await using XDisplay display = XDisplay.Attach($":{Source.Display}", Source.XAuthorityPath);
            return await display.ScreenshotAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopsDesktop)
            {
                await Source.StopAsync();
            }

            await Source.DisposeAsync();
            Sink.Dispose();
            _stop.Dispose();
        }
    }
}
