namespace Umbra.Benchmarks;

/// <summary>The steps that count: drawn after the warm-up, and not so late that they may still be on their way.</summary>
internal sealed record Window(uint First, uint Last, double Seconds)
{
    private static readonly TimeSpan Tail = TimeSpan.FromMilliseconds(500);

    /// <param name="drawn">Nanoseconds by step.</param>
    public static Window Of(SortedDictionary<uint, long> drawn, TimeSpan warmUp)
    {
        long begin = drawn.Values.First() + (long)warmUp.TotalNanoseconds;
        long end = drawn.Values.Last() - (long)Tail.TotalNanoseconds;
        List<KeyValuePair<uint, long>> inside = [.. drawn.Where(step => step.Value >= begin && step.Value <= end)];
        return new Window(inside[0].Key, inside[^1].Key, (inside[^1].Value - inside[0].Value) / 1e9);
    }

    /// <summary>Steps per second.</summary>
    public double Rate(IReadOnlyDictionary<uint, long> steps) => (steps.Keys.Count(Contains) - 1) / Seconds;

    /// <summary>How much later the steps of the one are than the same of the other, in milliseconds.</summary>
    public Sample Difference(IReadOnlyDictionary<uint, long> later, IReadOnlyDictionary<uint, long> earlier) => Sample.Of(
        later.Where(step => Contains(step.Key) && earlier.ContainsKey(step.Key)).Select(step => (step.Value - earlier[step.Key]) / 1e6));

    private bool Contains(uint step) => step >= First && step <= Last;
}
