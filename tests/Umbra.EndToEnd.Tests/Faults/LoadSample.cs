using System.Diagnostics;
using Umbra.Api;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>What both nodes take of memory at one moment, in bytes: resident, and out of their pools.</summary>
internal readonly record struct LoadSample(long NearResident, long NearPool, long TargetResident, long TargetPool)
{
    public static async Task<LoadSample> ReadAsync(NodePair pair)
    {
        PoolInfo near = await pair.NearApi.GetPoolAsync(CancellationToken.None);
        PoolInfo target = await pair.TargetApi.GetPoolAsync(CancellationToken.None);
        return new LoadSample(pair.Near.Cost.ResidentBytes, near.Bytes, pair.Target.Cost.ResidentBytes, target.Bytes);
    }

    /// <summary>Reads every quarter of a second.</summary>
    public static async Task<List<LoadSample>> ReadForAsync(NodePair pair, TimeSpan time)
    {
        List<LoadSample> samples = [];
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed < time;)
        {
            samples.Add(await ReadAsync(pair));
            await Task.Delay(250);
        }

        return samples;
    }

    /// <summary>The largest of each.</summary>
    public static LoadSample Most(IReadOnlyCollection<LoadSample> samples) => new(
        samples.Max(s => s.NearResident), samples.Max(s => s.NearPool), samples.Max(s => s.TargetResident), samples.Max(s => s.TargetPool));

    public LoadSample Over(LoadSample before) => new(
        NearResident - before.NearResident, NearPool - before.NearPool, TargetResident - before.TargetResident, TargetPool - before.TargetPool);

    public long Largest => new[] { NearResident, NearPool, TargetResident, TargetPool }.Max();

    public override string ToString() =>
        FormattableString.Invariant($"near {Mega(NearResident)} resident, {Mega(NearPool)} pool; target {Mega(TargetResident)} resident, {Mega(TargetPool)} pool");

    private static string Mega(long bytes) => FormattableString.Invariant($"{bytes / 1048576.0:0.0} MiB");
}
