namespace Umbra.Benchmarks.Link;

internal sealed record LinkReport(RunOptions Options, Machine Before, Machine After, IReadOnlyList<LinkResult> Results) : Report(Options, Before, After)
{
    protected override string Scene => "both ends in one process on the loopback, 16 KiB a write";

    protected override string[] Columns =>
    [
        "wire", "longest packet", "near MB/s", "near, of TLS alone", "near, a core's second MB", "target MB/s", "target, of TLS alone", "target, a core's second MB",
    ];

    protected override IEnumerable<string[]> Rows => Results.GroupBy(result => (result.Wire, result.Packets)).Select(row => (string[])
    [
        row.Key.Wire,
        row.Key.Packets,
        Spread(row, result => result.ToNear.BytesPerSecond / 1e6, "0"),
        Spread(row, result => result.ToNear.BytesPerSecond / result.Reference?.BytesPerSecond, "0.00"),
        Spread(row, result => result.ToNear.BytesPerCoreSecond / 1e6, "0"),
        Spread(row, result => result.ToTarget?.BytesPerSecond / 1e6, "0"),
        Spread(row, result => result.ToTarget?.BytesPerSecond / result.Reference?.BytesPerSecond, "0.00"),
        Spread(row, result => result.ToTarget?.BytesPerCoreSecond / 1e6, "0"),
    ]);
}
