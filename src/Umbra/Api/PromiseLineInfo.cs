using Umbra.Memory;

namespace Umbra.Api;

/// <summary>One part of what a node may hold.</summary>
/// <param name="What">The part in words.</param>
/// <param name="Bound">Bytes, at most.</param>
/// <param name="Why">What bounds it, and which settings.</param>
/// <param name="InUse">Bytes now; null where only the whole is known.</param>
internal sealed record PromiseLineInfo(PlanPart Part, string What, long Bound, string Why, long? InUse = null);
