using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Umbra.Benchmarks.Hop;

/// <summary>All results, and the table of them: of each number the median of the repetitions, with the least and the most.</summary>
internal sealed record HopReport(HopOptions Options, Machine Before, IReadOnlyList<PhaseResult> Results, Machine? After = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    public string ToTable()
    {
        StringBuilder text = new();
        CultureInfo culture = CultureInfo.InvariantCulture;
        text.AppendLine(culture, $"{Before.Processor}, {Before.Cores} cores, Linux {Before.Kernel}, {Before.Runtime}");
        text.AppendLine(culture, $"{Before.Time:yyyy-MM-dd HH:mm} UTC, load {Before.Load:0.0} before and {After?.Load:0.0} after");
        text.AppendLine(culture, $"1280x800, JPEG quality level {Options.Quality}, {Options.Repetitions} repetitions of {Options.Seconds} s: median (least to most)");
        text.AppendLine();
        text.AppendLine("| drawn | viewer | steps/s drawn | steps/s seen | latency ms | 95 % | hop ms | 95 % | KB/update | server-a cores | server-b cores |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (IGrouping<(string Workload, string Viewer), PhaseResult> row in Results.GroupBy(result => (result.Workload, result.Viewer)))
        {
            string[] cells =
            [
                row.Key.Workload,
                row.Key.Viewer,
                Spread(row, result => result.Drawn),
                Spread(row, result => result.Rate),
                Spread(row, result => result.Latency.Median),
                Spread(row, result => result.Latency.High),
                Spread(row, result => result.Hop?.Median),
                Spread(row, result => result.Hop?.High),
                Spread(row, result => result.BytesPerUpdate / 1000.0),
                Spread(row, result => result.NearLoad, "0.00"),
                Spread(row, result => result.TargetLoad, "0.00"),
            ];
            text.AppendLine(culture, $"| {string.Join(" | ", cells)} |");
        }

        return text.ToString();
    }

    private static string Spread(IEnumerable<PhaseResult> row, Func<PhaseResult, double?> value, string format = "0.0")
    {
        double[] values = [.. row.Select(value).OfType<double>().Order()];
        string Text(double number) => number.ToString(format, CultureInfo.InvariantCulture);
        return values.Length == 0 ? "" : $"{Text(values[values.Length / 2])} ({Text(values[0])} to {Text(values[^1])})";
    }
}
