using System.Globalization;

namespace Umbra.Benchmarks.Crowd;

/// <summary>What the node has while nobody looks.</summary>
internal sealed record CrowdIdle(long Pool, long Blocks, long Resident, int Handles, int Threads)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"pool {Pool / 1048576.0:0.0} MiB in {Blocks} blocks, resident {Resident / 1048576.0:0} MiB, {Handles} handles, {Threads} threads");
}
