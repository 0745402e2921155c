using Umbra.Core.Memory;

namespace Umbra.Memory;

/// <summary>Growth that looked like a leak, and what was done about it.</summary>
/// <param name="Stacks">Who rented what is out, where a verifier watched.</param>
/// <param name="IsRecycled">What the account is for has been closed and opened again.</param>
internal sealed record PoolSuspicion(DateTimeOffset At, PoolGrowth Growth, IReadOnlyList<string> Stacks, bool IsRecycled);
