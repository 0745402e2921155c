using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Umbra.Testing;

namespace Umbra.Benchmarks.Fanout;

/// <summary>
/// Many viewers in a process of their own. Nearly all only skim, on one thread; a few read the step number, on a thread each, so that their clock is read when the bytes are here.
/// </summary>
internal sealed class ViewerLoad : IDisposable
{
    /// <summary>How this program is told to be one.</summary>
    public const string Verb = "viewers";

    /// <summary>Printed when everybody has a picture; then a line on standard input begins the warm-up.</summary>
    public const string Ready = "ready";

    /// <summary>Printed when the result is in its file.</summary>
    public const string Done = "done";

    /// <summary>As many as the shortest queue of a listener takes (Xvnc's).</summary>
    private const int AtOnce = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ViewerLoadOptions _options;
    private readonly SemaphoreSlim _door = new(AtOnce);
    private readonly List<SkimViewer> _skimming = [];
    private readonly List<StepViewer> _sampled = [];
    private readonly List<SkimViewer> _companions = [];
    private readonly List<string> _lost = [];
    private TimeSpan _coming;

    private ViewerLoad(ViewerLoadOptions options) => _options = options;

    /// <summary>All of it; ends early where standard input does.</summary>
    public static async Task<int> RunAsync(string options)
    {
        using ViewerLoad load = new(JsonSerializer.Deserialize<ViewerLoadOptions>(options)!);
        long begun = Stopwatch.GetTimestamp();
        await load.ComeAsync();
        load._coming = Stopwatch.GetElapsedTime(begun);
        Console.WriteLine(Ready);
        if (Console.In.ReadLine() is null)
        {
            return 1;
        }

        ViewerLoadResult result = load.Measure();
        await File.WriteAllTextAsync(load._options.ResultFile, JsonSerializer.Serialize(result));
        Console.WriteLine(Done);
        Console.In.ReadToEnd();
        return 0;
    }

    public void Dispose()
    {
        _skimming.Concat(_companions).ToList().ForEach(viewer => viewer.Dispose());
        _sampled.ForEach(viewer => viewer.Dispose());
        _door.Dispose();
    }

    private async Task ComeAsync()
    {
        int count = _options.Addresses.Count - _options.Slow - _options.Stuck;
        int between = Math.Max(1, count / Math.Max(1, _options.Sampled));
        List<Task> coming = [];
        for (int i = 0; i < _options.Addresses.Count; i++)
        {
            IPEndPoint address = IPEndPoint.Parse(_options.Addresses[i]);

            // From the last on: who sits beside the slow and the stuck is among them.
            bool isSampled = i < count && (count - 1 - i) % between == 0 && (count - 1 - i) / between < _options.Sampled;
            SkimPace pace = i < count ? SkimPace.Full : i < count + _options.Slow ? SkimPace.Slow : SkimPace.Stuck;
            await _door.WaitAsync();
            coming.Add(isSampled ? SampleAsync(address) : SkimAsync(address, pace));
        }

        await Task.WhenAll(coming);
    }

    private async Task SampleAsync(IPEndPoint address)
    {
        try
        {
            StepViewer viewer = await StepViewer.StartAsync(address, _options.Quality);
            lock (_lost)
            {
                _sampled.Add(viewer);
            }
        }
        catch (Exception exception)
        {
            lock (_lost)
            {
                _lost.Add(exception.Message);
            }
        }
        finally
        {
            _door.Release();
        }
    }

    private async Task SkimAsync(IPEndPoint address, SkimPace pace)
    {
        SkimViewer viewer = await SkimViewer.StartAsync(address, pace, _options.Quality, Patience);
        lock (_lost)
        {
            (pace == SkimPace.Full ? _skimming : _companions).Add(viewer);
        }

        _door.Release();
    }

    private ViewerLoadResult Measure()
    {
        Thread.Sleep(TimeSpan.FromSeconds(_options.WarmUp));
        Moment begin = Look();
        IReadOnlyList<double> keys = [];
        Moment end;
        if (_options.Keys > 0 && _sampled.Count > 0)
        {
            Typist typist = new(_sampled[0], _options.Keys);
            typist.Type(TimeSpan.FromSeconds(_options.Seconds));
            end = Look();
            keys = typist.ReadAnswers();
        }
        else
        {
            Thread.Sleep(TimeSpan.FromSeconds(_options.Seconds));
            end = Look();
        }

        List<SkimCount> counts = [];
        for (int i = 0; i < _skimming.Count; i++)
        {
            if (_skimming[i].End is { } reason)
            {
                _lost.Add(reason);
            }
            else
            {
                counts.Add(end.Skimmed[i] - begin.Skimmed[i]);
            }
        }

        List<IReadOnlyDictionary<uint, long>> seen = [];
        for (int i = 0; i < _sampled.Count; i++)
        {
            try
            {
                seen.Add(_sampled[i].Stop());
                counts.Add((end.Sampled[i] - begin.Sampled[i]) with { Screens = seen[^1].Values.Count(time => time >= begin.Time && time < end.Time) });
            }
            catch (InvalidOperationException exception)
            {
                _lost.Add(exception.InnerException?.Message ?? exception.Message);
            }
        }

        return new ViewerLoadResult(
            begin.Time, end.Time, counts, seen, keys, _coming.TotalSeconds,
            [.. end.ProcessorTime.Zip(begin.ProcessorTime, (after, before) => (after - before).TotalSeconds)], (end.OwnProcessorTime - begin.OwnProcessorTime).TotalSeconds, _lost);
    }

    private Moment Look() => new(
        (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)),
        [.. _options.Processes.Select(pid => ProcessCost.Read(pid).ProcessorTime)],
        Environment.CpuUsage.TotalTime,
        [.. _skimming.Select(viewer => viewer.Count)],
        [.. _sampled.Select(viewer => new SkimCount(viewer.Updates, 0, viewer.Rectangles, viewer.Pixels, viewer.Bytes))]);

    private sealed record Moment(long Time, TimeSpan[] ProcessorTime, TimeSpan OwnProcessorTime, SkimCount[] Skimmed, SkimCount[] Sampled);
}
