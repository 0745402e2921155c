using System.Globalization;

namespace Umbra.Benchmarks.Fanout;

/// <summary>What `./run bench fanout` was asked for.</summary>
/// <param name="IsLossless">Tight without a quality level: no JPEG.</param>
/// <param name="Slow">How many beside the viewers read 10 KB/s. Where there are such or stuck ones, the same is measured without them, too.</param>
/// <param name="Stuck">How many beside the viewers never read.</param>
/// <param name="Keys">So many a second are pressed at one viewer.</param>
/// <param name="Svg">A file for the chart.</param>
internal sealed record FanoutOptions(
    RunOptions Run,
    IReadOnlyList<FanoutWorkload> Workloads,
    IReadOnlyList<int> Viewers,
    IReadOnlyList<string> Servers,
    int Width = 1280,
    int Height = 800,
    bool IsLossless = false,
    int Slow = 0,
    int Stuck = 0,
    int Keys = 0,
    string? Svg = null)
{
    /// <summary>More than any listener here was made for.</summary>
    private const int MostViewers = 5000;

    /// <summary>More than anybody types.</summary>
    private const int MostKeys = 100;

    /// <summary>About ten minutes.</summary>
    public FanoutOptions()
        : this(new RunOptions(Seconds: 4), [FanoutWorkload.All[0]], [1, 16, 64, 200], FanoutServers.Names)
    {
    }

    public bool HasCompany => Slow + Stuck > 0;

    public int? Quality => IsLossless ? null : Run.Quality;

    /// <summary>Options of all benchmarks are taken as well.</summary>
    public static bool TryParse(string[] arguments, out FanoutOptions options)
    {
        options = new FanoutOptions();
        List<string> others = [];
        for (ReadOnlySpan<string> rest = arguments; !rest.IsEmpty; rest = rest[Math.Min(2, rest.Length)..])
        {
            if (!rest[0].StartsWith("--", StringComparison.Ordinal) || rest.Length < 2)
            {
                return RunOptions.IsUnderstood(rest);
            }

            if (rest[0] is "--seconds" or "--repeat" or "--quality" or "--output")
            {
                others.AddRange(rest[0], rest[1]);
            }
            else if (options.With(rest[0], rest[1]) is { } next)
            {
                options = next;
            }
            else
            {
                return RunOptions.IsUnderstood(rest);
            }
        }

        RunOptions run = options.Run;
        bool isGood = RunOptions.TryParse([.. others], ref run);
        options = options with { Run = run };
        return isGood;
    }

    private FanoutOptions? With(string name, string value)
    {
        string[] items = value.Split(',');
        IReadOnlyList<FanoutWorkload> workloads = FanoutWorkload.All;
        string[] sides = value.Split('x');
        bool isSize = TryNumber(sides[0], 1, 16384, out int width) & TryNumber(sides[^1], 1, 16384, out int height) && sides.Length == 2;
        return name switch
        {
            "--workload" when items.All(item => workloads.Any(workload => workload.Name == item)) =>
                this with { Workloads = [.. items.Select(item => workloads.First(workload => workload.Name == item))] },
            "--viewers" when items.All(item => TryNumber(item, 1, MostViewers, out _)) => this with { Viewers = [.. items.Select(int.Parse)] },
            "--servers" when items.All(FanoutServers.Names.Contains) => this with { Servers = items },
            "--size" when isSize => this with { Width = width, Height = height },
            "--encoding" when value is "tight-jpeg" or "tight" => this with { IsLossless = value == "tight" },
            "--slow" when TryNumber(value, 0, MostViewers, out int slow) => this with { Slow = slow },
            "--stuck" when TryNumber(value, 0, MostViewers, out int stuck) => this with { Stuck = stuck },
            "--keys" when TryNumber(value, 0, MostKeys, out int keys) => this with { Keys = keys },
            "--svg" => this with { Svg = value },
            _ => null,
        };
    }

    private static bool TryNumber(string? text, int least, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
}
