using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Umbra.Benchmarks;

/// <summary>All results, and the table of them: of each number the median of the repetitions, with the least and the most.</summary>
internal abstract record Report(RunOptions Options, Machine Before, Machine After)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>What all rows have in common.</summary>
    protected virtual string Scene => $"1280x800, JPEG quality level {Options.Quality}";

    /// <summary>What the numbers are.</summary>
    protected virtual string Measured => $"{Options.Repetitions} repetitions of {Options.Seconds} s: median (least to most)";

    protected abstract string[] Columns { get; }

    protected abstract IEnumerable<string[]> Rows { get; }

    /// <summary>What does not fit into a table, a line each.</summary>
    protected virtual IEnumerable<string> Notes => [];

    public string ToJson() => JsonSerializer.Serialize(this, GetType(), Json) + "\n";

    public string ToTable()
    {
        StringBuilder text = new();
        CultureInfo culture = CultureInfo.InvariantCulture;
        text.AppendLine(culture, $"{Before.Processor}, {Before.Cores} cores, Linux {Before.Kernel}, {Before.Runtime}");
        text.AppendLine(culture, $"{Before.Time:yyyy-MM-dd HH:mm} UTC, load {Before.Load:0.0} before and {After.Load:0.0} after");
        text.AppendLine(culture, $"{Scene}, {Measured}");
        text.AppendLine();
        // A column of what was not asked for is not shown.
        string[][] rows = [.. Rows];
        int[] shown = [.. Enumerable.Range(0, Columns.Length).Where(i => rows.Any(cells => cells[i].Length > 0))];
        text.AppendLine(culture, $"| {string.Join(" | ", shown.Select(i => Columns[i]))} |");
        text.AppendLine($"|{string.Concat(shown.Select(_ => "---|"))}");
        foreach (string[] cells in rows)
        {
            text.AppendLine(culture, $"| {string.Join(" | ", shown.Select(i => cells[i]))} |");
        }

        foreach (string note in Notes)
        {
            text.AppendLine().AppendLine(note);
        }

        return text.ToString();
    }

    protected static string Spread<T>(IEnumerable<T> row, Func<T, double?> value, string format = "0.0")
    {
        double[] values = [.. row.Select(value).OfType<double>().Where(number => !double.IsNaN(number)).Order()];
        string Text(double number) => number.ToString(format, CultureInfo.InvariantCulture);
        return values.Length == 0 ? "" : $"{Text(values[values.Length / 2])} ({Text(values[0])} to {Text(values[^1])})";
    }
}
