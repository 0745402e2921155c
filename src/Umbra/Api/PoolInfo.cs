namespace Umbra.Api;

/// <summary>The memory pool now. Bytes are block sizes: what the process really pays.</summary>
/// <param name="Limit">Most bytes that may be out; null is no limit.</param>
/// <param name="KeptBytes">Free bytes kept for the next rent.</param>
internal sealed record PoolInfo(long Bytes, long PeakBytes, long KeptBytes, IReadOnlyList<PoolTagInfo> Tags, long? Limit = null);
