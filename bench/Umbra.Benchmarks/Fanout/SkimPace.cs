namespace Umbra.Benchmarks.Fanout;

/// <summary>How a viewer reads.</summary>
internal enum SkimPace
{
    /// <summary>All there is.</summary>
    Full,

    /// <summary>10 KB/s.</summary>
    Slow,

    /// <summary>Shakes hands, asks, and never reads again.</summary>
    Stuck,
}
