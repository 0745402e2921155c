using System.Globalization;

namespace Umbra.Benchmarks.Fanout;

internal sealed record FanoutReport(FanoutOptions Fanout, Machine Before, Machine After, IReadOnlyList<FanoutResult> Results, IReadOnlyList<PictureQuality> Qualities) : Report(Fanout.Run, Before, After)
{
    private const double Kibibyte = 1024;
    private const double Mebibyte = 1024 * 1024;

    protected override string Scene =>
        $"{Fanout.Width}x{Fanout.Height}, {(Fanout.IsLossless ? "Tight without loss" : $"JPEG quality level {Options.Quality}")}"
        + $"{(Fanout.HasCompany ? $", company: {Fanout.Slow} at 10 KB/s and {Fanout.Stuck} that never read" : "")}{(Fanout.Keys > 0 ? $", {Fanout.Keys} keys/s at one viewer" : "")}, "
        + (Benchmarks.Cores.AreSplit ? $"servers on core {Benchmarks.Cores.Serving}, viewers and workload on core {Benchmarks.Cores.Others}" : "everything on the same core");

    protected override string[] Columns =>
    [
        "drawn", "viewers", "company", "server", "steps/s drawn", "screens/s of a viewer", "of the worst", "x the best other", "ms of processor/screen, server alone", "with its X server",
        "x the cheapest other", "cores", "viewers' cores", "KB/update", "KB/screen", "latency ms", "99 %", "key ms", "key 99 %",
        "screens x without company", "latency x without", "99 % x without", "data memory MiB", "KiB of it a viewer", "resident MiB", "s to come in", "lost",
    ];

    protected override IEnumerable<string[]> Rows => Results.GroupBy(result => (result.Workload, result.Viewers, result.Company, result.Server)).Select(row => (string[])
    [
        row.Key.Workload,
        $"{row.Key.Viewers}",
        row.Key.Company > 0 ? $"{row.Key.Company}" : "",
        row.Key.Server,
        Spread(row, result => result.Drawn),
        Spread(row, result => result.Rate),
        Spread(row, result => result.Worst),
        Spread(row, RateRatio, "0.00"),
        Spread(row, result => result.ServerCost, "0.00"),
        Spread(row, result => result.Cost, "0.00"),
        Spread(row, CostRatio, "0.00"),
        Spread(row, result => result.Cores, "0.00"),
        Spread(row, result => result.ViewersCores, "0.00"),
        Spread(row, result => result.BytesPerUpdate / 1000),
        Spread(row, result => result.BytesPerScreen / 1000),
        Spread(row, result => result.Latency.Median),
        Spread(row, result => result.Latency.High),
        Spread(row, result => result.Keys.Median),
        Spread(row, result => result.Keys.High),
        Spread(row, result => Alone(result) is { } alone ? result.Rate / alone.Rate : null, "0.000"),
        Spread(row, result => Alone(result) is { } alone ? result.Latency.Median / alone.Latency.Median : null, "0.00"),
        Spread(row, result => Alone(result) is { } alone ? result.Latency.High / alone.Latency.High : null, "0.00"),
        Spread(row, result => result.DataBytes / Mebibyte),
        Spread(row, result => result.DataBytes / Kibibyte / result.Viewers, "0"),
        Spread(row, result => result.ResidentBytes / Mebibyte, "0"),
        Spread(row, result => result.ComingSeconds),
        Spread(row, result => result.Lost.Count, "0"),
    ]);

    protected override IEnumerable<string> Notes => Qualities.GroupBy(quality => quality.Workload).Select(row =>
        $"{row.Key}, one viewer, how near to what was drawn: {string.Join("; ", row.Select(Text))}").Concat(Lost);

    private IEnumerable<string> Lost => Results.Where(result => result.Lost.Count > 0).Select(result =>
        $"{result.Workload}, {result.Viewers} viewers{(result.Company > 0 ? " in company" : "")}, {result.Server}, repetition {result.Repetition}: {string.Join("; ", result.Lost.CountBy(reason => reason).Select(reason => $"{reason.Value} x {reason.Key}"))}");

    private static string Text(PictureQuality quality) => double.IsInfinity(quality.Decibels)
        ? string.Create(CultureInfo.InvariantCulture, $"{quality.Server} the same with {quality.BytesPerScreen / 1000:0} KB/screen")
        : string.Create(CultureInfo.InvariantCulture, $"{quality.Server} {quality.Decibels:0.0} dB with {quality.BytesPerScreen / 1000:0} KB/screen");

    private double? RateRatio(FanoutResult result) => result.Rate / Others(result).Max(other => (double?)other.Rate) is { } ratio && double.IsFinite(ratio) ? ratio : null;

    private double? CostRatio(FanoutResult result) => result.Cost / Others(result).Min(other => other.Cost);

    /// <summary>The other servers with the same viewers, a moment earlier or later.</summary>
    private IEnumerable<FanoutResult> Others(FanoutResult result) => Results.Where(other =>
        (other.Workload, other.Viewers, other.Company, other.Repetition) == (result.Workload, result.Viewers, result.Company, result.Repetition) && other.Server != result.Server);

    /// <summary>The same without slow and stuck viewers, a moment earlier; null where this is it.</summary>
    private FanoutResult? Alone(FanoutResult result) => result.Company == 0 ? null : Results.First(other =>
        (other.Workload, other.Viewers, other.Server, other.Repetition, other.Company) == (result.Workload, result.Viewers, result.Server, result.Repetition, 0));
}
