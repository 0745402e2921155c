namespace Umbra.Benchmarks.Stuck;

internal sealed record StuckReport(RunOptions Options, Machine Before, Machine After, IReadOnlyList<StuckResult> Results) : Report(Options, Before, After)
{
    protected override string[] Columns => ["beside the viewer", "steps/s seen", "of those alone", "latency ms", "95 %", "server-a grew MiB", "server-b grew MiB"];

    protected override IEnumerable<string[]> Rows => Results.GroupBy(result => result.Company).Select(row => (string[])
    [
        row.Key,
        Spread(row, result => result.Rate, "0.00"),
        Spread(row, result => result.Ratio, "0.000"),
        Spread(row, result => result.Latency.Median),
        Spread(row, result => result.Latency.High),
        Spread(row, result => result.NearGrowth / 1048576.0),
        Spread(row, result => result.TargetGrowth / 1048576.0),
    ]);
}
