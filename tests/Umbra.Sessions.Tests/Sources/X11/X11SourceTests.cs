using System.Net.Sockets;
using Umbra.Sessions.Sources.X11;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.X11;

/// <summary>Coming, going, and what is left.</summary>
public sealed class X11SourceTests : X11SourceTest
{
    [Theory]
    [InlineData(Xvnc)]
    [InlineData(Xvfb)]
    public async Task Run_ServerKilled_EndsWithWhatHappenedAndLeavesNoMemory(string server)
    {
        await using Running running = await StartAsync(server);
        Assert.True(running.Source.IsShared);
        int id = running.Display.Server.Id;
        Assert.NotEmpty(SegmentsOf(id));

        await running.Display.Server.KillAsync();

        X11Exception lost = await Assert.ThrowsAsync<X11Exception>(() => running.Task.WaitAsync(RecordingSink.Patience, TestEnds));
        Assert.Contains("x server", lost.Message, StringComparison.Ordinal);
        Assert.Empty(SegmentsOf(id));
        Assert.Empty(SegmentsOf(Environment.ProcessId, left: true));
    }

    [Fact]
    public async Task Stop_LeavesNoMemory()
    {
        await using Running running = await StartAsync(Xvfb);
        Assert.True(running.Source.IsShared);
        int id = running.Display.Server.Id;
        Assert.NotEmpty(SegmentsOf(id));

        await running.StopAsync();

        await running.Sink.UntilAsync(() => SegmentsOf(id).Length == 0, "the server to let go", Task.Delay(Timeout.Infinite, TestEnds));
    }

    [Fact]
    public async Task Run_WhatIsShared_IsMarkedForRemovalFromTheBeginning()
    {
        await using Running running = await StartAsync(Xvfb);

        // Whoever is killed now leaves nothing.
        Assert.All(SegmentsOf(running.Display.Server.Id), segment => Assert.True(segment.IsRemoved));
    }

    [Fact]
    public async Task Run_TheServerIsThereAgain_WorksAgain()
    {
        await using Running running = await StartAsync(Xvfb);
        int commits = running.Sink.Commits;
        await running.StopAsync();
        using CancellationTokenSource stop = new();
        Task again = running.Source.RunAsync(running.Sink, stop.Token);

        await running.Sink.UntilAsync(() => running.Sink.Commits > commits, "a picture again", again);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => again.WaitAsync(RecordingSink.Patience, TestEnds));
    }

    [Fact]
    public async Task Stop_ServerStandsStill_EndsAllTheSame()
    {
        await using Running running = await StartAsync(Xvfb);
        running.Display.Server.Send(Umbra.Testing.Signal.Stop);
        Task<bool> refresh = running.Source.RefreshAsync();

        await running.StopAsync().WaitAsync(RecordingSink.Patience, TestEnds);

        Assert.False(await refresh.WaitAsync(RecordingSink.Patience, TestEnds));
        running.Display.Server.Send(Umbra.Testing.Signal.Continue);
    }

    [Fact]
    public async Task Run_ScreenOf16Bits_IsRefusedWithWhatIsNeeded()
    {
        await using Running running = Run(await XDisplay.StartXvncAsync(320, 200, "-noreset", "-depth", "16"));

        X11Exception refused = await Assert.ThrowsAsync<X11Exception>(() => running.Task.WaitAsync(RecordingSink.Patience, TestEnds));
        Assert.Contains("depth 16", refused.Message, StringComparison.Ordinal);
        Assert.Contains("24 or 32", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WrongSecret_IsRefusedWithTheServersWords()
    {
        await using XDisplay display = await XDisplay.StartXvfbAsync(320, 200, "-noreset");
        string file = PathOf("other");
        await File.WriteAllBytesAsync(file, XAuthority.Create(), TestEnds);
        Assert.True(X11Address.TryParse("x11:" + display.Name, out X11Address? address));
        await using X11Source source = new(new X11SourceOptions { Address = address, XAuthority = file });
        using RecordingSink sink = new(Pool, Account);

        X11Exception refused = await Assert.ThrowsAsync<X11Exception>(() => source.RunAsync(sink, TestEnds));
        Assert.Contains("does not let us in", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NobodyListens_SaysSo()
    {
        Assert.True(X11Address.TryParse("x11:" + PathOf("nobody"), out X11Address? address));
        await using X11Source source = new(new X11SourceOptions { Address = address });
        using RecordingSink sink = new(Pool, Account);

        X11Exception failed = await Assert.ThrowsAsync<X11Exception>(() => source.RunAsync(sink, TestEnds));
        Assert.Contains("cannot reach", failed.Message, StringComparison.Ordinal);
        Assert.False(await source.RefreshAsync());
        Assert.False(source.RequestSize(new(640, 480)));
    }

    [Fact]
    public async Task Run_SomebodyListensAndSaysNothing_GivesUpInTime()
    {
        string path = PathOf("silent");
        using Socket silent = new(AddressFamily.Unix, SocketType.Stream, default);
        silent.Bind(new UnixDomainSocketEndPoint(path));
        silent.Listen();
        Assert.True(X11Address.TryParse("x11:" + path, out X11Address? address));
        await using X11Source source = new(new X11SourceOptions { Address = address, ConnectTimeout = TimeSpan.FromMilliseconds(200) });
        using RecordingSink sink = new(Pool, Account);

        X11Exception failed = await Assert.ThrowsAsync<X11Exception>(() => source.RunAsync(sink, TestEnds).WaitAsync(RecordingSink.Patience, TestEnds));
        Assert.Contains("does not answer", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SocketByPathAndAbstractSocket_BothWork()
    {
        await using XDisplay display = await XDisplay.StartXvfbAsync(320, 200, "-noreset");
        string path = "/tmp/.X11-unix/X" + display.Name[1..];
        string elsewhere = PathOf("x");
        File.CreateSymbolicLink(elsewhere, path);
        await RunsAsync(display, "x11:" + elsewhere);
        string hidden = path + ".hidden";
        File.Move(path, hidden);
        try
        {
            await RunsAsync(display, "x11:" + display.Name);
        }
        finally
        {
            File.Move(hidden, path);
        }
    }

    private async Task RunsAsync(XDisplay display, string text)
    {
        Assert.True(X11Address.TryParse(text, out X11Address? address));
        await using X11Source source = new(new X11SourceOptions { Address = address, XAuthority = display.Variables["XAUTHORITY"] });
        using RecordingSink sink = new(Pool, Account);
        using CancellationTokenSource stop = new();
        Task task = source.RunAsync(sink, stop.Token);
        await sink.UntilAsync(() => sink.Commits > 0, "a picture", task);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(RecordingSink.Patience, TestEnds));
    }

    /// <summary>
    /// /proc/sysvipc/shm: key, shmid, perms (octal, 01000 for what is to be removed), size, cpid, lpid (who attached or let go last), nattch, ...
    /// </summary>
    /// <param name="process">Who attached last, or made it.</param>
    /// <param name="left">Only those that nobody is attached to.</param>
    private static (int Id, bool IsRemoved)[] SegmentsOf(int process, bool left = false) =>
    [
        .. File.ReadLines("/proc/sysvipc/shm").Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => (int.Parse(fields[5], null) == process || int.Parse(fields[4], null) == process) && (!left || fields[6] == "0"))
            .Select(fields => (int.Parse(fields[1], null), (Convert.ToInt32(fields[2], 8) & 0x200) != 0)),
    ];
}
