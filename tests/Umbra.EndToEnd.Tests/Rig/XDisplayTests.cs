using Umbra.Sessions.Sources.Pattern;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Rig;

/// <summary>The rig itself: what it says about a screen must be so before anything is measured with it.</summary>
public sealed class XDisplayTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ScreenshotAsync_MovingPicture_HoldsTheMarkerOfAStep()
    {
        string xmove = await InteropProgram.XMoveAsync();
        await using XDisplay display = await XDisplay.StartXvfbAsync(640, 480);
        ExternalProcess moving = display.Start(xmove, "video", "--seconds", "60");
        await moving.Output.WaitForAsync(line => line.StartsWith("ready 640x480", StringComparison.Ordinal), Timeout);
        moving.Send(Signal.User1);
        string frozen = await moving.Output.WaitForAsync(line => line.StartsWith("frozen", StringComparison.Ordinal), Timeout);

        BgrxImage picture = await display.ScreenshotAsync();

        Assert.True(PatternMarker.TryRead(picture.Pixels, picture.Stride, out uint step));
        Assert.Equal(frozen, $"frozen {step}");
    }

    [Fact]
    public async Task FreezeAsync_RunningClient_ScreenStandsStillUntilThawed()
    {
        string xmove = await InteropProgram.XMoveAsync();
        await using XDisplay display = await XDisplay.StartXvfbAsync(320, 240);
        ExternalProcess moving = display.Start(xmove, "marker", "--fps", "200", "--log");
        await moving.Output.WaitForAsync(line => line.StartsWith("step 10 ", StringComparison.Ordinal), Timeout);

        BgrxImage frozen = await display.FreezeAsync();
        BgrxImage later = await display.ScreenshotAsync();

        Assert.Null(later.DifferenceFrom(frozen));
        Assert.True(PatternMarker.TryRead(frozen.Pixels, frozen.Stride, out uint step));
        display.Thaw();
        await moving.Output.WaitForAsync(line => line.StartsWith($"step {step + 5} ", StringComparison.Ordinal), Timeout);
    }

    [Fact]
    public async Task DisposeAsync_ProgramsRunning_LeavesNoProcess()
    {
        XDisplay display = await XDisplay.StartXvfbAsync(64, 64);
        ExternalProcess shell = display.Start("sh", "-c", "sleep 1000 & echo $!; wait");
        string child = await shell.Output.WaitForAsync(line => line.Length > 0, Timeout);
        int server = display.Server.Id;

        await display.DisposeAsync();

        Assert.False(IsAlive(child));
        Assert.False(IsAlive($"{server}"));
    }

    /// <summary>A child that nobody has collected yet is dead too.</summary>
    private static bool IsAlive(string pid)
    {
        string file = $"/proc/{pid}/stat";
        return File.Exists(file) && !File.ReadAllText(file).Contains(") Z ", StringComparison.Ordinal);
    }
}
