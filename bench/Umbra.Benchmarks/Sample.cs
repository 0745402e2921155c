namespace Umbra.Benchmarks;

/// <summary>What many measurements of one thing come to, in the unit they were made in.</summary>
internal readonly record struct Sample(int Count, double Median, double High)
{
    /// <summary>Median and a percentile, the 95th unless told; not a number where there is nothing.</summary>
    public static Sample Of(IEnumerable<double> values, double high = 0.95)
    {
        double[] sorted = [.. values.Order()];
        return new Sample(sorted.Length, At(sorted, 0.5), At(sorted, high));
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}
