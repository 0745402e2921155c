using System.Globalization;
using System.Runtime.InteropServices;

namespace Umbra.Benchmarks;

/// <summary>Where and when it was measured.</summary>
/// <param name="Load">Processes that wanted a core, on average over the last minute: more than the benchmark's own two or three is noise.</param>
internal sealed record Machine(string Processor, int Cores, string Kernel, string Runtime, double Load, DateTimeOffset Time)
{
    public static Machine Read() => new(
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "unknown",
        Environment.ProcessorCount,
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        RuntimeInformation.FrameworkDescription,
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture),
        DateTimeOffset.UtcNow);
}
