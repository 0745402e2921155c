using System.Diagnostics;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Pixels;

/// <summary>
/// A client that was there while everything moved and changed its size holds, once all stands still, exactly what the X server holds. It is
/// never asked to fetch the whole picture again. One moves for a minute; UMBRA_LONG=1 makes it a minute for each encoding.
/// </summary>
public sealed class MovingPictureTests(PairFixture nodes, ITestOutputHelper output) : IClassFixture<PairFixture>
{
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Movement = Long.IsWanted ? Minute : TimeSpan.FromSeconds(2);

    /// <summary>So long nothing may come before the client ends: more than what a picture with loss takes to become exact.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(1280, 800, "video", "raw", null)]
    [InlineData(1280, 800, "video", "hextile", null)]
    [InlineData(1280, 800, "video", "zrle", null)]
    [InlineData(1280, 800, "video", "tight", null)]
    [InlineData(1280, 800, "video", "tight", 5)]
    [InlineData(1280, 800, "scroll", "copyrect tight", null)]
    [InlineData(1280, 800, "scroll", "copyrect zrle", null)]
    [InlineData(1280, 800, "scroll", "copyrect tight", 8)]
    [InlineData(1920, 1080, "video", "tight", 5)]
    [InlineData(1920, 1080, "scroll", "copyrect zrle", null)]
    public Task ClientOfTheMovement_StandingStill_HoldsTheDisplay(int width, int height, string what, string encodings, int? quality) =>
        MoveAndStandStillAsync(width, height, what, encodings, quality, Movement);

    [Fact]
    public Task ClientOfAMinuteOfMovement_StandingStill_HoldsTheDisplay() => MoveAndStandStillAsync(1280, 800, "video", "tight", quality: 5, Minute);

    [Theory]
    [InlineData("zrle", null)]
    [InlineData("tight", 5)]
    public async Task ClientOfAResize_ByTheOwner_HoldsTheDisplayInItsNewSize(string encodings, int? quality)
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 1280, 800);
        await desktop.MoveAsync("video");
        Task<VncDumpResult> watching = desktop.WatchAsync(encodings, quality, Quiet);
        using CancellationTokenSource timeout = new(NodePair.Patience);
        RfbTestOptions options = await desktop.OwnerAsync() with { Encodings = [0, -308] };
        await using RfbTestClient owner = await RfbTestClient.ConnectAsync(options, timeout.Token);
        foreach ((int width, int height) in ((int, int)[])[(1920, 1080), (1000, 700)])
        {
            await ResizeAsync(owner, width, height, timeout.Token);
        }

        // The client of the shadow is to see the movement in the new size, too.
        await Task.Delay(TimeSpan.FromSeconds(1), timeout.Token);
        long stopped = Stopwatch.GetTimestamp();
        BgrxImage screen = await desktop.Display.FreezeAsync();

        Assert.Equal((1000, 700), (screen.Width, screen.Height));
        Report(encodings, quality, await watching, screen, stopped);
    }

    [Fact]
    public async Task ClientOfAResize_ByAProgram_HoldsTheDisplayInItsNewSize()
    {
        string xrandr = Require.Program("xrandr");
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, 1280, 800);
        await desktop.MoveAsync("scroll");
        Task<VncDumpResult> watching = desktop.WatchAsync("copyrect tight", quality: null, Quiet);
        (await desktop.Display.RunAsync(xrandr, "-s", "1024x768")).EnsureSuccess();
        await Task.Delay(TimeSpan.FromSeconds(1));
        long stopped = Stopwatch.GetTimestamp();
        BgrxImage screen = await desktop.Display.FreezeAsync();

        Assert.Equal((1024, 768), (screen.Width, screen.Height));
        Report("copyrect tight", null, await watching, screen, stopped);
    }

    private async Task MoveAndStandStillAsync(int width, int height, string what, string encodings, int? quality, TimeSpan movement)
    {
        await using Shown desktop = await Shown.StartAsync(nodes.Pair, width, height);
        await desktop.MoveAsync(what, steps: 1);
        Task<VncDumpResult> watching = desktop.WatchAsync(encodings, quality, Quiet);
        await Task.Delay(movement);

        long stopped = Stopwatch.GetTimestamp();
        BgrxImage screen = await desktop.Display.FreezeAsync();

        Report(encodings, quality, await watching, screen, stopped);
    }

    private static async Task ResizeAsync(RfbTestClient owner, int width, int height, CancellationToken cancellationToken)
    {
        await owner.ReadPictureAsync(isIncremental: false, cancellationToken);
        await owner.SendDesktopSizeAsync(width, height, cancellationToken);
        while ((owner.Picture.Width, owner.Picture.Height) != (width, height))
        {
            await owner.ReadPictureAsync(isIncremental: true, cancellationToken);
        }
    }

    private void Report(string encodings, int? quality, VncDumpResult seen, BgrxImage screen, long stopped)
    {
        double milliseconds = Stopwatch.GetElapsedTime(stopped, seen.LastUpdateAt).TotalMilliseconds;
        output.WriteLine($"{encodings} quality {quality}: {seen.Updates} updates, {seen.Bytes} bytes, exact {milliseconds:0} ms after the end of movement");
        Assert.Null(seen.Picture.DifferenceFrom(screen));
        Assert.True(seen.Updates > 3, $"{seen.Updates} updates");
    }
}
