using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Umbra.Testing;

namespace Umbra.Benchmarks.Fanout;

/// <summary>
/// The same workload on the display of each server, and the same viewers looking at it: what a viewer gets, and what it costs. In turn, so that a machine that is slower for a while is slower
/// for all of them.
/// </summary>
internal sealed class FanoutBenchmark(FanoutOptions options, CancellationToken cancellationToken)
{
    private const int MostSampled = 4;
    private const int FirstViewers = 4;
    private const double FirstSeconds = 3;
    private const double WarmUp = 1.5;

    /// <summary>Exit code of a program that a signal 2 ended.</summary>
    private const int Interrupted = 130;

    /// <summary>Two steps in one picture are further from either than any picture with loss here.</summary>
    private const double LeastDecibels = 25;

    private const int Comparisons = 3;
    private const int MostComparisons = 10;
    private static readonly TimeSpan BetweenComparisons = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MostLooking = TimeSpan.FromMilliseconds(300);
    private readonly List<FanoutResult> _results = [];
    private readonly List<PictureQuality> _qualities = [];

    /// <summary>Measures, prints, and draws the chart. A signal ends it, and with it all it started.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(FanoutOptions options)
    {
        using CancellationTokenSource end = new();
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            end.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        try
        {
            FanoutReport report = await new FanoutBenchmark(options, end.Token).RunAsync();
            if (options.Svg is { } file)
            {
                FanoutChart.Save(file, report);
            }

            Console.Write(options.Run.IsJson ? report.ToJson() : report.ToTable());
            return 0;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return Interrupted;
        }
    }

    private async Task<FanoutReport> RunAsync()
    {
        Machine before = Machine.Read();

        // What is started from here stays on the serving core, unless it is told otherwise; this process sleeps while there is something to measure.
        await Cores.PinAsync(Cores.Serving, Environment.ProcessId);
        using TempFolder folder = new();
        Dictionary<string, FanoutServer> servers = [];
        try
        {
            foreach (string name in options.Servers)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Console.Error.WriteLineAsync($"starting {name}");
                servers[name] = await FanoutServers.StartAsync(name, options.Width, options.Height, options.Viewers.Max() + options.Slow + options.Stuck);

                // What is only slow the first time is nobody's speed.
                await MeasureAsync(servers[name], name, options.Workloads[0], FirstViewers, 0, FirstSeconds, folder);
                foreach (FanoutWorkload workload in options.Workloads.Where(workload => workload.IsWhole))
                {
                    _qualities.Add(await CompareAsync(servers[name], name, workload, folder));
                }
            }

            foreach (FanoutWorkload workload in options.Workloads)
            {
                for (int repetition = 1; repetition <= options.Run.Repetitions; repetition++)
                {
                    foreach (int viewers in options.Viewers)
                    {
                        foreach ((string name, FanoutServer server) in servers)
                        {
                            FanoutResult result = await MeasureAsync(server, name, workload, viewers, repetition, options.Run.Seconds, folder);
                            _results.Add(result);
                            await Console.Error.WriteLineAsync(
                                $"{workload.Name} {repetition}/{options.Run.Repetitions} {viewers} at {name}: {result.Rate:0.0} of {result.Drawn:0.0} screens/s, {result.Cost:0.00} ms/screen, {result.Latency.Median:0.0} ms");
                        }
                    }
                }
            }
        }
        finally
        {
            foreach (FanoutServer server in servers.Values)
            {
                await server.DisposeAsync();
            }
        }

        return new FanoutReport(options, before, Machine.Read(), _results, _qualities);
    }

    private async Task<FanoutResult> MeasureAsync(FanoutServer server, string name, FanoutWorkload workload, int viewers, int repetition, double seconds, TempFolder folder)
    {
        string file = folder.Combine(Guid.NewGuid().ToString("N"));
        ViewerLoadOptions load = new(
            await server.OpenAsync(viewers + options.Slow + options.Stuck),
            Math.Min(MostSampled, viewers), options.Slow, options.Stuck, options.Quality,
            server.XServer is { } x ? [server.Process, x] : [server.Process],
            WarmUp, seconds, file + ".json");
        await using ViewerProcess process = await ViewerProcess.StartAsync(load, cancellationToken);
        await using Drawing drawing = await Drawing.StartAsync(workload, server.Display, file + ".log", cancellationToken);
        ViewerLoadResult result = await process.MeasureAsync(cancellationToken);
        return FanoutResult.Of(workload, (long)options.Width * options.Height, viewers, name, repetition, await drawing.EndAsync(), result);
    }

    /// <summary>One viewer that decodes everything, and a picture that stops now and then; the middle of some comparisons.</summary>
    private async Task<PictureQuality> CompareAsync(FanoutServer server, string name, FanoutWorkload workload, TempFolder folder)
    {
        await using XDisplay display = XDisplay.Attach(server.Display["DISPLAY"]!, server.Display["XAUTHORITY"]!);
        using StepViewer viewer = await StepViewer.StartAsync(IPEndPoint.Parse((await server.OpenAsync(1))[0]), options.Quality, isWhole: true);
        await using Drawing drawing = await Drawing.StartAsync(workload, server.Display, folder.Combine(Guid.NewGuid().ToString("N")), cancellationToken);
        List<double> decibels = [];
        await Task.Delay(BetweenComparisons, cancellationToken);
        (long bytes, long pixels) = (viewer.Bytes, viewer.Pixels);
        for (int i = 0; decibels.Count < Comparisons && i < MostComparisons; i++)
        {
            await Task.Delay(BetweenComparisons, cancellationToken);
            uint step = await drawing.FreezeAsync(cancellationToken);
            List<byte[]> pictures = await LookAsync(viewer, step);
            BgrxImage drawn = await display.ScreenshotAsync();
            decibels.AddRange(pictures.Select(picture => PictureQuality.Compare(drawn, picture)).Where(quality => quality > LeastDecibels).Take(1));
            drawing.Thaw();
        }

        double screens = (viewer.Pixels - pixels) / ((double)options.Width * options.Height);
        return new PictureQuality(workload.Name, name, decibels.Order().ElementAtOrDefault(decibels.Count / 2), (viewer.Bytes - bytes) / screens);
    }

    /// <summary>The viewer's pictures of a step from when it begins to show it. Servers send a quiet picture again without loss: the first that is whole counts.</summary>
    private async Task<List<byte[]>> LookAsync(StepViewer viewer, uint step)
    {
        List<byte[]> pictures = [];
        for (Stopwatch time = Stopwatch.StartNew(); time.Elapsed < MostLooking;)
        {
            (byte[] pixels, uint? shown) = viewer.CopyPicture();
            if (shown == step)
            {
                pictures.Add(pixels);
            }

            await Task.Delay(BetweenLooks, cancellationToken);
        }

        return pictures;
    }
}
