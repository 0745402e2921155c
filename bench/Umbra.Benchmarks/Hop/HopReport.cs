namespace Umbra.Benchmarks.Hop;

internal sealed record HopReport(RunOptions Options, HopScene Shown, Machine Before, Machine After, IReadOnlyList<PhaseResult> Results, IReadOnlyList<LineGoodput> Goodput) : Report(Options, Before, After)
{
    protected override string Scene => $"{Shown.Width}x{Shown.Height}, JPEG quality level {Options.Quality}";

    protected override string[] Columns =>
    [
        "drawn", "viewer", "link", "steps/s drawn", "steps/s seen", "latency ms", "95 %", "hop ms", "95 %", "KB/update", "server-a cores", "server-b cores", "kB/s", "of the line",
    ];

    protected override IEnumerable<string[]> Rows =>
    [
        .. PhaseRows,
        .. Goodput.GroupBy(result => result.Transport).Select(row => (string[])
        [
            "goodput", "", row.Key, "", "", "", "", "", "", "", "", "",
            Spread(row, result => result.BytesPerSecond / 1000, "0.00"),
            Spread(row, result => result.Part, "0.00"),
        ]),
    ];

    private IEnumerable<string[]> PhaseRows => Results.GroupBy(result => (result.Workload, result.Viewer, result.Transport)).Select(row => (string[])
    [
        row.Key.Workload,
        row.Key.Viewer,
        row.Key.Transport,
        Spread(row, result => result.Drawn),
        Spread(row, result => result.Rate),
        Spread(row, result => result.Latency.Median),
        Spread(row, result => result.Latency.High),
        Spread(row, result => result.Hop?.Median),
        Spread(row, result => result.Hop?.High),
        Spread(row, result => result.BytesPerUpdate / 1000.0),
        Spread(row, result => result.NearLoad, "0.00"),
        Spread(row, result => result.TargetLoad, "0.00"),
        "",
        "",
    ]);
}
