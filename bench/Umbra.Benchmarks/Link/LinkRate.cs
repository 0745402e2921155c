namespace Umbra.Benchmarks.Link;

/// <summary>What a transfer came to.</summary>
/// <param name="BytesPerSecond">That arrived.</param>
/// <param name="BytesPerCoreSecond">The same for each second of a core's time that both ends took together: what else runs on the machine hardly changes it.</param>
internal readonly record struct LinkRate(double BytesPerSecond, double BytesPerCoreSecond)
{
    public static LinkRate Of(long bytes, TimeSpan elapsed, TimeSpan cpu) => new(bytes / elapsed.TotalSeconds, bytes / cpu.TotalSeconds);
}
