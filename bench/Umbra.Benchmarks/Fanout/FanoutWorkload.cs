namespace Umbra.Benchmarks.Fanout;

/// <summary>What is drawn.</summary>
/// <param name="Name">A mode of xmove.</param>
/// <param name="Rate">Steps per second.</param>
/// <param name="IsWhole">Every step changes every pixel.</param>
/// <param name="MostSampled">Of so many viewers all that comes through zlib is inflated: they must not take the others' time.</param>
internal sealed record FanoutWorkload(string Name, double Rate, bool IsWhole = false, int MostSampled = 4)
{
    /// <summary>Film and animation at the rates they are made for, office at that of somebody at work; scroll keeps no step with 60 updates a second.</summary>
    public static IReadOnlyList<FanoutWorkload> All { get; } =
    [
        new("film", 24, IsWhole: true), new("video", 24, IsWhole: true), new("scroll", 119), new("office", 20), new("animation", 30, MostSampled: 1),
    ];

    /// <summary>Screens that a viewer got: updates with something of the step number in them; where every pixel changes, no more than its pixels make.</summary>
    /// <param name="area">Pixels of the desktop.</param>
    public double ScreensIn(SkimCount count, long area) => IsWhole ? Math.Min(count.Screens, (double)count.Pixels / area) : count.Screens;
}
