using System.Globalization;

namespace Umbra.Benchmarks.Loss;

internal sealed record LossReport(RunOptions Options, Machine Before, Machine After, IReadOnlyList<LossResult> Results) : Report(Options, Before, After)
{
    protected override string Scene => "8 MB over datagrams of 1400 bytes, 64 at once; 1 MB over the line in frames of 512 bytes and fewer";

    protected override string Measured => "in virtual time: the same on any machine";

    protected override string[] Columns => ["wire", "errors", "kb/s", "of its rate", "sendings per packet", "kb/s with congestion control"];

    protected override IEnumerable<string[]> Rows => Results.Select(result => (string[])
    [
        result.Wire,
        result.Errors,
        Text(result.Alone.BitsPerSecond / 1000, "0"),
        Text(result.Alone.BitsPerSecond / result.Rate, "0.00"),
        Text(result.Alone.SendingsPerPacket, "0.000"),
        result.Fair is { } fair ? Text(fair.BitsPerSecond / 1000, "0") : "",
    ]);

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
