namespace Umbra.Benchmarks.Fanout;

/// <summary>What came to the viewers that count, between two moments (nanoseconds of the monotonic clock).</summary>
/// <param name="Counts">By viewer that was there to the end; the screens of a sampled one are steps.</param>
/// <param name="Seen">When each step was first there, by sampled viewer.</param>
/// <param name="Keys">Milliseconds from each key pressed to the picture of who pressed it showing that; where it did not, to the end of the wait for it.</param>
/// <param name="ComingSeconds">Until everybody had a picture.</param>
/// <param name="ProcessorSeconds">By process that was to be looked at.</param>
/// <param name="OwnProcessorSeconds">Of the viewers.</param>
/// <param name="Lost">Why viewers were not let in or did not stay.</param>
internal sealed record ViewerLoadResult(
    long Begin, long End, IReadOnlyList<SkimCount> Counts, IReadOnlyList<IReadOnlyDictionary<uint, long>> Seen, IReadOnlyList<double> Keys, double ComingSeconds,
    IReadOnlyList<double> ProcessorSeconds, double OwnProcessorSeconds, IReadOnlyList<string> Lost)
{
    public double Seconds => (End - Begin) / 1e9;
}
