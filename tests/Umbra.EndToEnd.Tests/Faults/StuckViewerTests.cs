using System.Diagnostics;
using Umbra.Api;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>
/// One viewer that does not read, or hardly, while the whole screen moves: it costs a bounded amount of memory on both nodes, the others see
/// no fewer pictures, and what little it reads is new. UMBRA_LONG=1 also looks for a minute before it comes, for a minute at the one that reads a little, and holds the others to 5 %.
/// </summary>
[Collection(ProcessesCollection.Name)]
public sealed class StuckViewerTests(ITestOutputHelper output)
{
    private const string Session = "alice";
    private const int Allowance = 16 * 1024 * 1024;
    private const int Flat = 4 * 1024 * 1024;
    private const int SlowBytesPerSecond = 10_000;
    private static readonly TimeSpan Run = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RunWithout = Long.IsWanted ? Run : TimeSpan.FromSeconds(8);
    private static readonly double LeastShare = Long.IsWanted ? 0.95 : 0.7;

    [Theory]
    [InlineData(null)]
    [InlineData(SlowBytesPerSecond)]
    public async Task StuckOrSlowViewer_FullScreenVideo_CostsLittleMemoryAndNobodyElseAnything(int? bytesPerSecond)
    {
        await using NodePair pair = await NodePair.StartAsync();
        await pair.StartDesktopAsync(Session, 1280, 800, await InteropProgram.XMoveAsync(), "video", "--fps", Long.IsWanted ? "30" : "20");
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        RfbTestOptions options = RfbTestOptions.For(shadow.Listen) with { Encodings = StuckViewer.Video, Decodes = false };
        await using WatchingViewer other = await WatchingViewer.ConnectAsync(options);
        await other.MoreUpdatesAsync(Long.IsWanted ? 300 : 60);

        (double without, List<LoadSample> before) = await WatchAsync(pair, other, RunWithout);
        await using RfbTestClient stuck = await StartBadViewerAsync(options, bytesPerSecond);
        TimeSpan run = bytesPerSecond is null || Long.IsWanted ? Run : Run / 3;
        (double with, List<LoadSample> during) = await WatchAsync(pair, other, run);

        LoadSample growth = LoadSample.Most(during).Over(LoadSample.Most(before));
        LoadSample late = LoadSample.Most(during[(during.Count / 2)..]).Over(LoadSample.Most(during[..(during.Count / 2)]));
        output.WriteLine($"a viewer reading {bytesPerSecond ?? 0} B/s for {run.TotalSeconds} s: others {without:0.0} updates/s without it, {with:0.0} with it");
        output.WriteLine($"  most before: {LoadSample.Most(before)}");
        output.WriteLine($"  growth: {growth}");
        output.WriteLine($"  second half over first: {late}");
        Assert.True(growth.Largest < Allowance, $"grew: {growth}");
        Assert.True(late.Largest < Flat, $"still growing: {late}");
        Assert.True(with >= LeastShare * without, $"{with:0.0} updates/s with it, {without:0.0} without");
        Assert.Null(other.End);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlowViewer_FullScreenVideo_GetsCurrentPictures(bool isContinuous)
    {
        const int StepsPerSecond = 10;
        await using NodePair pair = await NodePair.StartAsync();
        await pair.StartDesktopAsync(Session, 128, 128, await InteropProgram.XMoveAsync(), "video", "--fps", $"{StepsPerSecond}");
        ShadowInfo shadow = await pair.ShadowAsync(Session);
        StepHistory source = new(StepsPerSecond);
        await using WatchingViewer owner = await WatchingViewer.ConnectAsync(
            await pair.OwnerAsync(Session), viewer => source.Shown(viewer.Picture));
        await owner.LivePicturesAsync();
        RfbTestOptions options = RfbTestOptions.For(shadow.Listen) with
        {
            Encodings = isContinuous ? [7, -223, -224, -312, -313] : [7, -223, -224],
            BytesPerSecond = SlowBytesPerSecond,
        };
        using CancellationTokenSource timeout = new(NodePair.Patience + Run);
        await using RfbTestClient slow = await RfbTestClient.ConnectAsync(options, timeout.Token);

        List<double> lags = await MeasureLagAsync(slow, source, isContinuous, timeout.Token);

        output.WriteLine(FormattableString.Invariant(
            $"{(isContinuous ? "continuous updates" : "update requests")} at {SlowBytesPerSecond} B/s: {lags.Count} new pictures, lag in s: ")
            + string.Join(' ', lags.Select(lag => FormattableString.Invariant($"{lag:0.0}"))));
        Assert.True(lags.Skip(1).Max() < 5, $"lags: {string.Join(' ', lags)}");
    }

    private static async Task<RfbTestClient> StartBadViewerAsync(RfbTestOptions options, int? bytesPerSecond)
    {
        if (bytesPerSecond is null)
        {
            return await StuckViewer.ConnectAsync(options);
        }

        using CancellationTokenSource timeout = new(NodePair.Patience);
        RfbTestClient viewer = await RfbTestClient.ConnectAsync(options with { BytesPerSecond = bytesPerSecond }, timeout.Token);
        _ = viewer.WatchAsync(null, CancellationToken.None).ContinueWith(watching => watching.Exception, TaskScheduler.Default);
        return viewer;
    }

    /// <summary>Updates per second of the other viewer, and the memory of both nodes.</summary>
    private static async Task<(double UpdatesPerSecond, List<LoadSample> Samples)> WatchAsync(NodePair pair, WatchingViewer viewer, TimeSpan time)
    {
        int updates = viewer.Updates;
        Stopwatch clock = Stopwatch.StartNew();
        List<LoadSample> samples = await LoadSample.ReadForAsync(pair, time);
        return ((viewer.Updates - updates) / clock.Elapsed.TotalSeconds, samples);
    }

    /// <summary>Reads until enough new pictures of the corner with the step have come; how old each was when it had arrived, in seconds.</summary>
    private static async Task<List<double>> MeasureLagAsync(RfbTestClient slow, StepHistory source, bool isContinuous, CancellationToken cancellationToken)
    {
        List<double> lags = [];
        int last = -1;
        await slow.RequestAsync(isIncremental: false, cancellationToken);
        if (isContinuous)
        {
            await slow.EnableContinuousUpdatesAsync(true, cancellationToken);
        }

        int wanted = Long.IsWanted ? 15 : 3;
        while (lags.Count < wanted)
        {
            if (await slow.ReadMessageAsync(cancellationToken) != ServerMessage.FramebufferUpdate)
            {
                continue;
            }

            int step = StepHistory.LowByte(slow.Picture);
            if (step != last && source.AgeOf(step) is { } age)
            {
                lags.Add(age.TotalSeconds);
                last = step;
            }

            if (!isContinuous)
            {
                await slow.RequestAsync(isIncremental: true, cancellationToken);
            }
        }

        return lags;
    }
}
