using System.Diagnostics;
using System.Globalization;
using System.Net;
using Umbra.Testing;

namespace Umbra.Benchmarks.Fanout;

/// <summary>
/// The same workload on the display of each server, and the same viewers looking at it: what a viewer gets, and what it costs. In turn, so that a machine that is slower for a while is slower
/// for all of them.
/// </summary>
internal sealed class FanoutBenchmark(FanoutOptions options, CancellationToken cancellationToken)
{
    private const int FirstViewers = 4;
    private const double FirstSeconds = 5;
    private const double WarmUp = 1.5;

    /// <summary>Two steps in one picture are further from either than any picture with loss here.</summary>
    private const double LeastDecibels = 25;

    private const int Comparisons = 3;
    private const int MostComparisons = 10;
    private static readonly TimeSpan BetweenComparisons = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MostWaiting = TimeSpan.FromMilliseconds(300);

    /// <summary>Less than servers wait before they send a quiet picture again without loss (TigerVNC 50 ms), and enough for the rest of a picture that comes in parts.</summary>
    private static readonly TimeSpan Looking = TimeSpan.FromMilliseconds(40);

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, FanoutServer> _servers = [];
    private readonly List<FanoutResult> _results = [];
    private readonly List<PictureQuality> _qualities = [];

    /// <summary>Measures, and draws the chart.</summary>
    public async Task<FanoutReport> RunAsync()
    {
        FanoutReport report = await MeasureAsync();
        if (options.Svg is { } file)
        {
            FanoutChart.Save(file, report);
        }

        return report;
    }

    private async Task<FanoutReport> MeasureAsync()
    {
        Machine before = Machine.Read();

        // What is started from here stays on the serving core, unless it is told otherwise; this process sleeps while there is something to measure.
        await Cores.PinAsync(Cores.Serving, Environment.ProcessId);
        try
        {
            foreach (string name in options.Servers)
            {
                await StartAsync(name);
            }

            foreach (FanoutWorkload workload in options.Workloads)
            {
                await WarmUpAsync(workload);
                for (int repetition = 1; repetition <= options.Run.Repetitions; repetition++)
                {
                    await RepeatAsync(workload, repetition);
                }
            }
        }
        finally
        {
            foreach (FanoutServer server in _servers.Values)
            {
                await server.DisposeAsync();
            }

            _folder.Dispose();
        }

        return new FanoutReport(options, before, Machine.Read(), _results, _qualities);
    }

    private async Task StartAsync(string name)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Console.Error.WriteLineAsync($"starting {name}");
        _servers[name] = await FanoutServers.StartAsync(name, options.Width, options.Height, options.Viewers.Max() + options.Slow + options.Stuck);
    }

    /// <summary>What is only slow the first time is nobody's speed.</summary>
    private async Task WarmUpAsync(FanoutWorkload workload)
    {
        foreach (string name in options.Servers)
        {
            await Console.Error.WriteLineAsync($"{workload.Name} warms up at {name}");
            await MeasureAsync(name, workload, FirstViewers, options.HasCompany, 0, FirstSeconds);
            if (workload.IsWhole)
            {
                _qualities.Add(await CompareAsync(name, workload));
            }
        }
    }

    /// <summary>Each number of viewers at each server once, and where there is company once without it and once with it.</summary>
    private async Task RepeatAsync(FanoutWorkload workload, int repetition)
    {
        foreach (int viewers in options.Viewers)
        {
            foreach (string name in options.Servers)
            {
                foreach (bool hasCompany in options.HasCompany ? (bool[])[false, true] : [false])
                {
                    await AddAsync(name, workload, viewers, hasCompany, repetition);
                }
            }
        }
    }

    /// <summary>A server that fails is noted and started anew.</summary>
    private async Task AddAsync(string name, FanoutWorkload workload, int viewers, bool hasCompany, int repetition)
    {
        string what = $"{workload.Name} {repetition}/{options.Run.Repetitions} {viewers}{(hasCompany ? " in company" : "")} at {name}";
        try
        {
            FanoutResult result = await MeasureAsync(name, workload, viewers, hasCompany, repetition, options.Run.Seconds);
            _results.Add(result);
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{what}: {result.Rate:0.0} of {result.Drawn:0.0} screens/s, {result.Cost:0.00} ms/screen, {result.Latency.Median:0.0} ms"));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{what}: {exception.Message}");
            _results.Add(FanoutResult.Failed(workload, viewers, CompanyOf(hasCompany), name, repetition, exception.Message.Split('\n')[0]));
            await _servers[name].DisposeAsync();
            _servers.Remove(name);
            await StartAsync(name);
        }
    }

    private int CompanyOf(bool hasCompany) => hasCompany ? options.Slow + options.Stuck : 0;

    private async Task<FanoutResult> MeasureAsync(string name, FanoutWorkload workload, int viewers, bool hasCompany, int repetition, double seconds)
    {
        int company = CompanyOf(hasCompany);
        FanoutServer server = _servers[name];
        string file = _folder.Combine(Guid.NewGuid().ToString("N"));
        ViewerLoadOptions load = new(
            await server.OpenAsync(viewers + company),
            Math.Min(options.IsLossless ? 1 : workload.MostSampled, viewers), hasCompany ? options.Slow : 0, hasCompany ? options.Stuck : 0, options.Keys, options.Quality,
            server.XServer is { } x ? [server.Process, x] : [server.Process],
            WarmUp, seconds, file + ".json");
        await using ViewerProcess process = await ViewerProcess.StartAsync(load, cancellationToken);
        await using Drawing drawing = await Drawing.StartAsync(workload, options.Keys > 0, server.Display, file + ".log", cancellationToken);
        ViewerLoadResult result = await process.MeasureAsync(cancellationToken);
        long? data = await server.ReadDataMemoryAsync();
        long resident = ProcessCost.Read(server.Process).ResidentBytes;
        return FanoutResult.Of(workload, (long)options.Width * options.Height, viewers, company, name, repetition, await drawing.EndAsync(), result, data, resident);
    }

    /// <summary>One viewer that decodes everything, and a picture that stops now and then; the middle of some comparisons.</summary>
    private async Task<PictureQuality> CompareAsync(string name, FanoutWorkload workload)
    {
        FanoutServer server = _servers[name];
        await using XDisplay display = XDisplay.Attach(server.Display["DISPLAY"]!, server.Display["XAUTHORITY"]!);
        using StepViewer viewer = await StepViewer.StartAsync(IPEndPoint.Parse((await server.OpenAsync(1))[0]), options.Quality, isWhole: true);
        await using Drawing drawing = await Drawing.StartAsync(workload, isEcho: false, server.Display, _folder.Combine(Guid.NewGuid().ToString("N")), cancellationToken);
        List<double> decibels = [];
        await Task.Delay(BetweenComparisons, cancellationToken);
        (long bytes, long pixels) = (viewer.Bytes, viewer.Pixels);
        for (int i = 0; decibels.Count < Comparisons && i < MostComparisons; i++)
        {
            await Task.Delay(BetweenComparisons, cancellationToken);
            uint step = await drawing.FreezeAsync(cancellationToken);
            List<byte[]> pictures = await LookAsync(viewer, step);
            BgrxImage drawn = await display.ScreenshotAsync();
            double best = pictures.Select(picture => PictureQuality.Compare(drawn, picture)).DefaultIfEmpty(0).Max();
            if (best > LeastDecibels)
            {
                decibels.Add(best);
            }

            drawing.Thaw();
        }

        double screens = (viewer.Pixels - pixels) / ((double)options.Width * options.Height);
        return new PictureQuality(workload.Name, name, decibels.Order().ElementAtOrDefault(decibels.Count / 2), (viewer.Bytes - bytes) / screens);
    }

    /// <summary>The viewer's pictures of a step from when it begins to show it.</summary>
    private async Task<List<byte[]>> LookAsync(StepViewer viewer, uint step)
    {
        List<byte[]> pictures = [];
        TimeSpan end = MostWaiting;
        for (Stopwatch time = Stopwatch.StartNew(); time.Elapsed < end;)
        {
            (byte[] pixels, uint? shown) = viewer.CopyPicture();
            if (shown == step)
            {
                end = pictures.Count == 0 ? time.Elapsed + Looking : end;
                pictures.Add(pixels);
            }

            await Task.Delay(BetweenLooks, cancellationToken);
        }

        return pictures;
    }
}
