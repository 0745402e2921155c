using System.Globalization;

namespace Umbra.Benchmarks.Tree;

internal sealed record TreeReport(RunOptions Options, Machine Before, Machine After, IReadOnlyList<TreeResult> Results) : Report(Options, Before, After)
{
    protected override string Scene => $"1280x800, small changes 30 times a second, JPEG quality level {Options.Quality}";

    protected override string[] Columns =>
        ["near nodes", "viewers at each", "together", "updates/s, the middle viewer", "the worst", "target node, cores", "near nodes, cores", "target's data memory MiB", "lost"];

    protected override IEnumerable<string[]> Rows => Results.GroupBy(result => (result.Nears, result.ViewersOfEach)).Select(row => (string[])
    [
        Text(row.Key.Nears),
        Text(row.Key.ViewersOfEach),
        Text(row.Key.Nears * row.Key.ViewersOfEach),
        Spread(row, result => result.Rate),
        Spread(row, result => result.Worst),
        Spread(row, result => result.TargetCores, "0.000"),
        Spread(row, result => result.NearCores, "0.000"),
        Spread(row, result => result.TargetBytes / 1048576.0),
        Text(row.Sum(result => result.Lost)),
    ]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
