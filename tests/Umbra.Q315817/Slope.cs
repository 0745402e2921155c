using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Umbra.Q315817;

/// <summary>
/// The slope of a straight line through measurements, with its 95 % confidence interval. Measurements that follow closely on one another are not independent, so they
/// are first averaged in blocks: what a collector or a trim does within a block is noise of that block.
/// </summary>
/// <param name="PerSecond">Of the value measured.</param>
/// <param name="Least">Lower end of the interval.</param>
/// <param name="Most">Upper end.</param>
internal sealed record Slope(double PerSecond, double Least, double Most)
{
    private const int Blocks = 12;

    public static Slope Of(IReadOnlyList<(double Seconds, double Value)> series)
    {
        (double Seconds, double Value)[] means = [.. series.Chunk(Math.Max(1, series.Count / Blocks)).Take(Blocks).Select(block => (block.Average(p => p.Seconds), block.Average(p => p.Value)))];
        double[] x = [.. means.Select(p => p.Seconds)];
        double[] y = [.. means.Select(p => p.Value)];
        (double a, double b) = Fit.Line(x, y);
        double centre = x.Average();
        double spread = x.Sum(value => (value - centre) * (value - centre));
        double residual = x.Zip(y, (at, value) => value - a - (b * at)).Sum(error => error * error);
        double error = Math.Sqrt(residual / (x.Length - 2) / spread);
        double margin = StudentT.InvCDF(0, 1, x.Length - 2, 0.975) * error;
        return new Slope(b, b - margin, b + margin);
    }
}
