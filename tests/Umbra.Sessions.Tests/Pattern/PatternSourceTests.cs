using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Input;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Pattern;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Pattern;

public sealed class PatternSourceTests : PoolTest
{
    private static readonly Size Small = new(320, 200);

    /// <summary>One step and no second one: a clock moved further would let more fall due while the test looks.</summary>
    private static readonly TimeSpan Period = (TimeSpan.FromSeconds(1) / 30) + TimeSpan.FromTicks(1);
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();

    [Fact]
    public async Task RunAsync_Start_CommitsStepZeroWithCursorAndTitleBeforeAnyDemand()
    {
        using RecordingSink sink = new(Pool, Account);
        await using PatternSource source = new(new PatternOptions { Size = Small }, _time);
        Task running = source.RunAsync(sink, _stop.Token);

        await sink.WaitUntilAsync(s => s.Commits == 1);

        AssertShows(sink, PatternMode.Marker, 0, PatternInput.None);
        Assert.Equal(1, sink.CursorShapes);
        Assert.Equal("Umbra test pattern", sink.Title);
        await StopAsync(running);
    }

    [Theory]
    [InlineData(PatternMode.Marker)]
    [InlineData(PatternMode.Video)]
    public async Task RunAsync_Steps_EachIsThePaintersPicture(PatternMode mode)
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using PatternSource source = new(new PatternOptions { Size = Small, Mode = mode, StepsPerSecond = 30 }, _time);
        Task running = source.RunAsync(sink, _stop.Token);
        await sink.WaitUntilAsync(s => s.Commits == 1);

        for (uint step = 1; step <= 20; step++)
        {
            _time.Advance(Period);
            await sink.WaitUntilAsync(s => s.Commits == step + 1);
            AssertShows(sink, mode, step, PatternInput.None);
        }

        Assert.Equal(mode == PatternMode.Marker, sink.Moves.Count > 0);
        await StopAsync(running);
    }

    [Fact]
    public async Task RunAsync_NobodyLooks_PaintsNothingAndGoesOnWithTheNextStep()
    {
        using RecordingSink sink = new(Pool, Account);
        await using PatternSource source = new(new PatternOptions { Size = Small }, _time);
        Task running = source.RunAsync(sink, _stop.Token);
        await sink.WaitUntilAsync(s => s.Commits == 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        await sink.WaitUntilAsync(s => s.DemandWaits == 1);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((1, 1), (sink.Commits, sink.DemandWaits));
        sink.Demand();
        await sink.WaitUntilAsync(s => s.Commits == 2);

        AssertShows(sink, PatternMode.Marker, 1, PatternInput.None);
        await StopAsync(running);
    }

    [Fact]
    public async Task SendInput_Still_ShowsAtOnceWithoutAStep()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using PatternSource source = new(new PatternOptions { Size = Small, Mode = PatternMode.Still }, _time);
        Task running = source.RunAsync(sink, _stop.Token);
        await sink.WaitUntilAsync(s => s.Commits == 1);

        source.SendKey(new KeyInput('h', 0, true));
        await sink.WaitUntilAsync(s => s.Commits == 2);
        source.SendPointer(new PointerInput(200, 100, 1));
        await sink.WaitUntilAsync(s => s.Commits == 3);

        PatternInput expected = PatternInput.None.With(new KeyInput('h', 0, true)).With(new PointerInput(200, 100, 1));
        AssertShows(sink, PatternMode.Still, 0, expected);
        await StopAsync(running);
    }

    [Fact]
    public async Task RequestSize_Valid_ResizesAndInvalid_IsRefused()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using PatternSource source = new(new PatternOptions { Size = Small }, _time);
        Task running = source.RunAsync(sink, _stop.Token);
        await sink.WaitUntilAsync(s => s.Commits == 1);

        Assert.False(source.RequestSize(new Size(0, 10)));
        Assert.True(source.RequestSize(new Size(400, 300)));
        await sink.WaitUntilAsync(s => s.Commits == 2);

        Assert.Equal(new Size(400, 300), sink.Picture!.Size);
        AssertShows(sink, PatternMode.Marker, 0, PatternInput.None);
        await StopAsync(running);
    }

    [Fact]
    public async Task RequestSize_BeyondTheQuota_KeepsThePictureAndGoesOn()
    {
        using Account account = Account.Open("session", limit: 4 * 1024 * 1024);
        using RecordingSink sink = new(Pool, account) { AlwaysDemands = true };
        await using PatternSource source = new(new PatternOptions { Size = Small }, _time);
        Task running = source.RunAsync(sink, _stop.Token);
        await sink.WaitUntilAsync(s => s.Commits == 1);

        Assert.True(source.RequestSize(new Size(4000, 3000)));
        await sink.WaitUntilAsync(s => s.Commits == 2);
        _time.Advance(Period);
        await sink.WaitUntilAsync(s => s.Commits == 3);

        AssertShows(sink, PatternMode.Marker, 1, PatternInput.None);
        await StopAsync(running);
    }

    [Fact]
    public async Task SendClipboard_Text_ComesBack()
    {
        using RecordingSink sink = new(Pool, Account);
        await using PatternSource source = new(new PatternOptions { Size = Small }, _time);
        Task running = source.RunAsync(sink, _stop.Token);

        source.SendClipboard("grüße");

        await sink.WaitUntilAsync(s => s.Clipboard == "grüße");
        await StopAsync(running);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(241)]
    public void Constructor_ImpossibleRate_Throws(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PatternSource(new PatternOptions { StepsPerSecond = rate }, _time));

    protected override void Dispose(bool disposing)
    {
        _stop.Dispose();
        base.Dispose(disposing);
    }

    private void AssertShows(RecordingSink sink, PatternMode mode, uint step, PatternInput input)
    {
        using PatternPainter painter = new(Pool, Account, sink.Picture!.Size, mode);
        using Canvas expected = new(Pool, Account, sink.Picture.Size);
        painter.Paint(expected, new PatternState(step, input));
        Assert.True(sink.Picture.Pixels.SequenceEqual(expected.Pixels), $"not the picture of step {step}");
    }

    /// <summary>What the source rented must be back once its run has ended; the sink's own goes with the sink.</summary>
    private async Task StopAsync(Task running)
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(1, Pool.ReadTags()[(int)BufferTag.SurfacePixels].Outstanding);
    }
}
