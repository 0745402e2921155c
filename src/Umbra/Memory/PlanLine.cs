namespace Umbra.Memory;

/// <summary>One part of what a node may ever hold.</summary>
/// <param name="Part">Which, for programs as well.</param>
/// <param name="Bound">Bytes, at most.</param>
/// <param name="Why">What bounds it, and which settings.</param>
internal sealed record PlanLine(PlanPart Part, string What, long Bound, string Why);
