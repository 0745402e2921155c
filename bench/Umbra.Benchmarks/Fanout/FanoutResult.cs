namespace Umbra.Benchmarks.Fanout;

/// <summary>One server with some viewers, in one repetition. Rates per second, times in milliseconds; null where nothing came.</summary>
/// <param name="Company">Slow and stuck viewers beside those that count.</param>
/// <param name="Drawn">Steps the workload managed.</param>
/// <param name="Rate">Screens of the viewer in the middle; as <see cref="FanoutWorkload.ScreensIn"/> counts them.</param>
/// <param name="Worst">The same of the viewer that got the fewest.</param>
/// <param name="ServerCost">Processor time of the process viewers talk to, by screen that one of them got.</param>
/// <param name="Cost">The same together with its X server, where that is another process.</param>
/// <param name="Cores">Processor share of both; 1 is one core.</param>
/// <param name="ViewersCores">The same of all viewers; near what they have of cores, it is them who cannot take more.</param>
/// <param name="BytesPerUpdate">On average.</param>
/// <param name="BytesPerScreen">The same of all that came, by screen.</param>
/// <param name="Latency">From a step drawn to a sampled viewer having it: median and 99th percentile.</param>
/// <param name="Keys">From a key pressed at a viewer to its picture showing that: median and 99th percentile.</param>
/// <param name="DataBytes">What the server holds of what it counts as data, at the end, with all viewers there; null where it does not count.</param>
/// <param name="ResidentBytes">All memory of the process viewers talk to, at the same time.</param>
/// <param name="ComingSeconds">Until every viewer had a picture.</param>
/// <param name="Lost">Why viewers were not let in or did not stay.</param>
internal sealed record FanoutResult(
    string Workload, int Viewers, int Company, string Server, int Repetition,
    double Drawn, double Rate, double Worst, double? ServerCost, double? Cost, double Cores, double ViewersCores, double? BytesPerUpdate, double? BytesPerScreen, Sample Latency, Sample Keys,
    long? DataBytes, long? ResidentBytes, double? ComingSeconds, IReadOnlyList<string> Lost)
{
    private const double High = 0.99;

    /// <param name="area">Pixels of the desktop.</param>
    /// <param name="drawn">Nanoseconds by step.</param>
    public static FanoutResult Of(
        FanoutWorkload workload, long area, int viewers, int company, string server, int repetition, SortedDictionary<uint, long> drawn, ViewerLoadResult load, long? data, long resident)
    {
        double[] got = [.. load.Counts.Select(count => workload.ScreensIn(count, area)).Order()];
        double screens = got.Sum();
        double? Per(double total, double parts) => parts == 0 ? null : total / parts;
        long bytes = load.Counts.Sum(count => count.Bytes);
        Dictionary<uint, long> inside = drawn.Where(step => step.Value >= load.Begin && step.Value < load.End).ToDictionary();
        return new FanoutResult(
            workload.Name, viewers, company, server, repetition,
            inside.Count / load.Seconds,
            got.Length == 0 ? 0 : got[got.Length / 2] / load.Seconds,
            got.Length < viewers ? 0 : got[0] / load.Seconds,
            Per(load.ProcessorSeconds[0] * 1000, screens),
            Per(load.ProcessorSeconds.Sum() * 1000, screens),
            load.ProcessorSeconds.Sum() / load.Seconds,
            load.OwnProcessorSeconds / load.Seconds,
            Per(bytes, load.Counts.Sum(count => count.Updates)),
            Per(bytes, screens),
            Sample.Of(load.Seen.SelectMany(seen => seen.Where(step => inside.ContainsKey(step.Key)).Select(step => (step.Value - inside[step.Key]) / 1e6)), High),
            Sample.Of(load.Keys, High),
            data, resident, load.ComingSeconds,
            load.Lost);
    }

    /// <summary>Nobody got anything.</summary>
    public static FanoutResult Failed(FanoutWorkload workload, int viewers, int company, string server, int repetition, string reason) => new(
        workload.Name, viewers, company, server, repetition, 0, 0, 0, null, null, 0, 0, null, null, Sample.Of([]), Sample.Of([]), null, null, null, [.. Enumerable.Repeat(reason, viewers)]);
}
