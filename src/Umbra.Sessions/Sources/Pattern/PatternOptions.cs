using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>What a <see cref="PatternSource"/> shows.</summary>
public sealed record PatternOptions
{
    public PatternMode Mode { get; init; } = PatternMode.Marker;

    /// <summary>The size it starts with.</summary>
    public Size Size { get; init; } = new(1280, 800);

    /// <summary>
    /// Most steps per second, above 0 and at most 240; fewer where viewers cannot keep up. Means nothing for
    /// <see cref="PatternMode.Still"/>.
    /// </summary>
    public double StepsPerSecond { get; init; } = 30;
}
