using Umbra.Core.Memory;
using Umbra.Memory;

namespace Umbra.Api;

/// <summary>Growth that looked like a leak.</summary>
/// <param name="Bytes">Held for long by then.</param>
/// <param name="Stacks">Who rented it, where a verifier watched.</param>
/// <param name="IsRecycled">What it was for was closed, taken back and opened again.</param>
internal sealed record PoolSuspicionInfo(
    DateTimeOffset At, string Tag, string Account, double BytesPerSecond, long Bytes, long Blocks, IReadOnlyList<string> Stacks, bool IsRecycled, string? Driver = null)
{
    public static PoolSuspicionInfo From(PoolSuspicion suspicion)
    {
        PoolGrowth growth = suspicion.Growth;
        return new PoolSuspicionInfo(
            suspicion.At, growth.Tag.Name(), growth.Account.Name, growth.BytesPerSecond, growth.Bytes, growth.Blocks, suspicion.Stacks, suspicion.IsRecycled, growth.Account.Driver);
    }
}
