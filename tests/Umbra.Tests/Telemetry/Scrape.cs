using System.Globalization;
using System.Text.RegularExpressions;

namespace Umbra.Tests.Telemetry;

/// <summary>One answer in Prometheus' text format, read without the library that wrote it.</summary>
internal sealed partial class Scrape
{
    private Scrape(Dictionary<string, string> types, List<(string Name, Dictionary<string, string> Labels, double Value)> samples) => (Types, Samples) = (types, samples);

    /// <summary>Families by name, with their type.</summary>
    public IReadOnlyDictionary<string, string> Types { get; }

    public IReadOnlyList<(string Name, Dictionary<string, string> Labels, double Value)> Samples { get; }

    public static Scrape Parse(string text)
    {
        Dictionary<string, string> types = [];
        List<(string Name, Dictionary<string, string> Labels, double Value)> samples = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                types.Add(words[2], words[3]);
            }
            else if (!line.StartsWith('#'))
            {
                Match sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                samples.Add((
                    sample.Groups["name"].Value,
                    Label().Matches(sample.Groups["labels"].Value).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value),
                    double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)));
            }
        }

        return new Scrape(types, samples);
    }

    /// <summary>Label values are given as <c>name=value</c>; a sample may have more labels.</summary>
    public double Value(string name, params string[] labels) => Assert.Single(All(name, labels)).Value;

    public IEnumerable<(string Name, Dictionary<string, string> Labels, double Value)> All(string name, params string[] labels) =>
        Samples.Where(s => s.Name == name && labels.All(label => s.Labels.Contains(new(label[..label.IndexOf('=')], label[(label.IndexOf('=') + 1)..]))));

    [GeneratedRegex(@"^(?<name>[a-z_]+)(\{(?<labels>.*)\})? (?<value>\S+)( \d+)?$")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-z_]+)="([^"]*)",?""")]
    private static partial Regex Label();
}
