using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Codecs;
using Umbra.Core.Input;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.X11;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.X11;

/// <summary>What is on the screen is on the surface, and nothing is claimed to have changed that has not.</summary>
public sealed class X11PictureTests : X11SourceTest
{
    [Theory]
    [InlineData(Xvnc)]
    [InlineData(Xvfb)]
    public async Task Run_ProgramsDrawAndScroll_PictureEqualsTheDisplays(string server)
    {
        await using Running running = await StartAsync(server);
        await DrawAsync(running);
        Assert.True(running.Source.IsShared);
        Assert.Contains(running.Display.Name, running.Sink.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ServerWithoutSharedMemory_PictureEqualsTheDisplays()
    {
        await using Running running = await StartAsync(Xvfb, more: ["-extension", "MIT-SHM"]);
        await DrawAsync(running);
        Assert.False(running.Source.IsShared);
    }

    [Fact]
    public async Task Run_SharedMemory_IsChargedToTheSession()
    {
        await using Running running = await StartAsync(Xvfb);
        Assert.InRange(Shared().Bytes, 800 * 600 * 4, (800 * 600 * 4) + (2 * XLimits.MaxPartsBytes));

        await running.StopAsync();
        await running.Source.DisposeAsync();
        Assert.Equal(0, Shared().Bytes);

        TagUsage Shared() => Pool.ReadTags().Single(usage => usage.Tag == BufferTag.SharedPixels);
    }

    /// <summary>The session keeps a canvas and gives the one before: with a second, the two take turns. Sizes of which tiles are no whole part.</summary>
    [Theory]
    [InlineData(Xvnc)]
    [InlineData(Xvfb)]
    public async Task Run_FullScreenVideo_TwoSharedCanvasesTakeTurns(string server)
    {
        await using XDisplay display = server == Xvnc ? await XDisplay.StartXvncAsync(809, 603) : await XDisplay.StartXvfbAsync(809, 603);
        display.Start(await InteropProgram.XMoveAsync(), "video", "--fps", "30");
        await using Session session = new("alice", NewSource(display), Pool, new SessionOptions(), TimeProvider.System, NullLogger.Instance);
        session.Start();
        EncodingClass exact = new(RfbEncoding.Tight, PixelFormat.Bgrx);
        const long Segment = (809 * 603 * 4) + XLimits.MaxPartsBytes;
        async Task LookAsync() => (await session.SnapshotAsync(exact, TestEnds)).Dispose();

        while (Pool.ReadTags().Single(usage => usage.Tag == BufferTag.SharedPixels).Bytes < 2 * Segment)
        {
            await LookAsync();
        }

        for (int i = 0; i < 20; i++)
        {
            await LookAsync();
            Assert.InRange(Pool.ReadTags().Single(usage => usage.Tag == BufferTag.SharedPixels).Bytes, Segment, 2 * (Segment + XLimits.MaxPartsBytes));
        }

        BgrxImage shown = await display.FreezeAsync();
        using Canvas canvas = await session.SnapshotAsync(exact, TestEnds);
        Assert.Null(new BgrxImage(canvas.Size.Width, canvas.Size.Height, canvas.Pixels.ToArray()).DifferenceFrom(shown));
    }

    [Fact]
    public async Task Run_NoRoomToShare_PictureEqualsTheDisplays()
    {
        Pool.SetLimit(BufferTag.SharedPixels, 800 * 600 * 4);
        await using Running running = await StartAsync(Xvfb);
        await DrawAsync(running);
        Assert.False(running.Source.IsShared);
    }

    [Fact]
    public void Clean_AnyLength_LeavesColoursAndNothingElse()
    {
        Random random = new(1);
        for (int length = 0; length < 3000; length += length < 70 ? 1 : 977)
        {
            byte[] pixels = new byte[length * 4];
            random.NextBytes(pixels);
            pixels.AsSpan(0, length / 2 * 4).Fill(7);
            byte[] expected = [.. pixels.Select((value, i) => i % 4 == 3 ? (byte)0 : value)];

            XPixels.Clean(pixels);

            Assert.Equal(expected, pixels);
        }
    }

    [Theory]
    [InlineData(Xvnc)]
    [InlineData(Xvfb)]
    public async Task Run_OneWindowChanges_OnlyItsAreaIsClaimed(string server)
    {
        string terminal = Require.Program("xterm");
        await using Running running = await StartAsync(server);
        (await running.Display.RunAsync(Require.Program("xsetroot"), "-solid", "#204060")).EnsureSuccess();
        running.Display.Start(terminal, "-b", "0", "-bw", "0", "-geometry", "20x4+300+200", "-e", "sh", "-c", "echo here; sleep 1000");
        Rect area = default;
        await running.Sink.UntilAsync(
            async () => (area = await AreaOfAsync(running, "xterm")) != default && await running.ShowsTheDisplayAsync(), "the window", running.Task);
        Assert.True(await running.Source.RefreshAsync().WaitAsync(RecordingSink.Patience, TestEnds));
        int commits = running.Sink.Commits;

        running.Source.SendPointer(new PointerInput(area.X + 5, area.Y + 5, 0));
        running.Type("x");
        await running.Sink.WaitUntilAsync(sink => sink.Commits > commits);

        Assert.NotEmpty(running.Sink.LastDamage);
        Assert.All(running.Sink.LastDamage, rect => Assert.True(area.Contains(rect), $"{rect} is not in {area}"));
        await running.Sink.UntilAsync(running.ShowsTheDisplayAsync, "the letter", running.Task);
    }

    /// <summary>An X server says no more of it than where something changed.</summary>
    [Theory]
    [InlineData(Xvnc, 37, 20)]
    [InlineData(Xvnc, -90, 5)]
    [InlineData(Xvfb, 300, 250)]
    public async Task Run_WindowDragged_IsAMoveAtAViewer(string server, int right, int down)
    {
        string done = PathOf("drawn");
        await using Running running = await StartAsync(server);
        (await running.Display.RunAsync(Require.Program("xsetroot"), "-mod", "5", "7", "-fg", "#204060", "-bg", "#305070")).EnsureSuccess();
        running.Display.Start(
            Require.Program("xterm"), "-b", "0", "-bw", "0", "-geometry", "40x15+100+80", "-e", "sh", "-c", $"seq -s ' ' 1 200; touch {done}; sleep 1000");
        Rect area = default;
        await running.Sink.UntilAsync(
            async () => File.Exists(done) && (area = await AreaOfAsync(running, "xterm")) != default && await running.ShowsTheDisplayAsync(),
            "the window", running.Task);
        using Surface surface = new(Pool, Account, new RectEncoders(Pool, Account), running.Sink.Size);
        using SurfaceViewer viewer = surface.AddViewer(new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx), Account, () => { });
        surface.Commit(running.Sink.Picture!, [running.Sink.Size.Bounds], [], 0);
        viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        int commits = running.Sink.Commits;

        Rect moved = area.Offset(right, down);
        (await running.Display.RunAsync(
            Require.Program("xdotool"), "search", "--onlyvisible", "--class", "xterm", "windowmove", $"{moved.X}", $"{moved.Y}")).EnsureSuccess();
        await running.Sink.UntilAsync(running.ShowsTheDisplayAsync, "the window elsewhere", running.Task);

        Assert.Equal(commits + 1, running.Sink.Commits);
        surface.Commit(running.Sink.Picture!, [.. running.Sink.LastDamage], [], 0);
        using PictureUpdate update = viewer.TakeUpdate(int.MaxValue, 1000, 0)!;
        CopyMove move = Assert.Single(update.Moves.ToArray());
        Assert.Equal((right, down), (move.Target.X - move.SourceX, move.Target.Y - move.SourceY));
        Assert.True(move.Target.Intersect(moved).Area > moved.Area * 9 / 10, $"{move.Target} of {moved}");
    }

    [Fact]
    public async Task Run_NobodyLooks_NothingIsRead()
    {
        string xsetroot = Require.Program("xsetroot");
        await using XDisplay display = await XDisplay.StartXvfbAsync(320, 200, "-noreset");
        using RecordingSink sink = new(Pool, Account);
        await using X11Source source = NewSource(display);
        using CancellationTokenSource stop = new();
        Task task = source.RunAsync(sink, stop.Token);
        await sink.WaitUntilAsync(s => s.Commits == 1);

        (await display.RunAsync(xsetroot, "-solid", "#112233")).EnsureSuccess();
        await sink.WaitUntilAsync(s => s.DemandWaits == 1);
        (await display.RunAsync(xsetroot, "-solid", "#445566")).EnsureSuccess();
        Assert.Equal(1, sink.Commits);

        sink.Demand();
        await sink.WaitUntilAsync(s => s.Commits == 2);
        Assert.Null(sink.Copy().DifferenceFrom(await display.ScreenshotAsync()));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(RecordingSink.Patience, TestEnds));
    }

    [Theory]
    [InlineData(Xvnc)]
    [InlineData(Xvfb)]
    public async Task Refresh_ScreenHasJustChanged_HasWhatItShowsNow(string server)
    {
        string xsetroot = Require.Program("xsetroot");
        await using Running running = await StartAsync(server);
        foreach (string colour in (string[])["#102030", "#405060", "#708090"])
        {
            (await running.Display.RunAsync(xsetroot, "-solid", colour)).EnsureSuccess();

            Assert.True(await running.Source.RefreshAsync().WaitAsync(RecordingSink.Patience, TestEnds));

            Assert.True(await running.ShowsTheDisplayAsync());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequestSize_Xvnc_ResizesAndThePictureFollows(bool isOurs)
    {
        await using Running running = await StartAsync(Xvnc, isOurs);
        running.Display.Start(Require.Program("xterm"), "-geometry", "60x20+10+10", "-e", "sh", "-c", "seq 1 100; sleep 1000");

        // Sizes that no monitor has are only for servers without one.
        Size[] sizes = isOurs ? [new(1000, 700), new(501, 403), new(1920, 1200), new(300, 900)] : [new(1024, 768), new(640, 480)];
        foreach (Size size in sizes)
        {
            Assert.True(running.Source.RequestSize(size));
            await running.Sink.UntilAsync(async () => running.Sink.Size == size && await running.ShowsTheDisplayAsync(), $"the picture at {size}", running.Task);
        }

        Assert.False(running.Source.RequestSize(new Size(100_000, 1)));
    }

    [Fact]
    public async Task Run_ScreenResizedByAProgram_PictureFollows()
    {
        string xrandr = Require.Program("xrandr");
        await using Running running = await StartAsync(Xvnc);
        (await running.Display.RunAsync(xrandr, "-s", "1024x768")).EnsureSuccess();

        await running.Sink.UntilAsync(
            async () => running.Sink.Size == new Size(1024, 768) && await running.ShowsTheDisplayAsync(), "the picture at 1024x768", running.Task);
    }

    /// <summary>Scrolls, then text and colours that stay, until the source shows it.</summary>
    private async Task DrawAsync(Running running)
    {
        string done = PathOf("drawn");
        running.Display.Start(Require.Program("xterm"), "-geometry", "100x30+20+10", "-e", "sh", "-c",
            $"seq 1 3000; for i in $(seq 1 200); do printf '\\033[4%dm%d ' $((i % 8)) $i; done; touch {done}; sleep 1000");
        await running.Sink.UntilAsync(
            async () => File.Exists(done) && running.Sink.Copy().Pixels.Distinct().Count() > 4 && await running.ShowsTheDisplayAsync(),
            "the display's picture", running.Task);
    }

    private static async Task<Rect> AreaOfAsync(Running running, string name)
    {
        ProcessResult found = await running.Display.RunAsync(Require.Program("xdotool"), "search", "--onlyvisible", "--class", name, "getwindowgeometry", "--shell");
        Dictionary<string, int> values = [];
        foreach (string line in found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Trim().Split('=');
            if (parts.Length == 2 && int.TryParse(parts[1], null, out int value))
            {
                values[parts[0]] = value;
            }
        }

        return values.Count < 4 ? default : new Rect(values["X"], values["Y"], values["WIDTH"], values["HEIGHT"]);
    }
}
