using System.Diagnostics;

namespace Umbra.Benchmarks.Crowd;

/// <summary>What the owner got in a measured time.</summary>
/// <param name="Rate">Updates per second.</param>
/// <param name="Gap">The longest time without one, in milliseconds.</param>
internal sealed record OwnerWindow(TimeSpan Length, double Rate, double Gap)
{
    /// <param name="updates">Timestamps in order.</param>
    public static OwnerWindow Of(long[] updates, long begin, long end)
    {
        TimeSpan length = Stopwatch.GetElapsedTime(begin, end);
        long[] inside = [.. updates.Where(update => update < end)];
        double gap = inside.Prepend(begin).Zip(inside.Append(end), (one, next) => Stopwatch.GetElapsedTime(one, next).TotalMilliseconds).Max();
        return new OwnerWindow(length, inside.Length / length.TotalSeconds, gap);
    }
}
