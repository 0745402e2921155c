using Umbra.Core.Memory;

namespace Umbra.Memory;

/// <summary>A fault that was found once or more often.</summary>
/// <param name="Fault">As it was found last.</param>
internal sealed record FoundFault(PoolFault Fault, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);
