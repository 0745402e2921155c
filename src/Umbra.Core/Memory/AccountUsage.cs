namespace Umbra.Core.Memory;

/// <summary>What one account of a tree holds, with those below it.</summary>
/// <param name="Depth">How many accounts are above it in the tree.</param>
/// <param name="Driver">See <see cref="Account.Driver"/>.</param>
/// <param name="IsClosed">It holds blocks that should have come back.</param>
public readonly record struct AccountUsage(
    long Id, string Name, int Depth, long Bytes, long Blocks, long PeakBytes, long Limit, bool IsClosed, string? Driver = null);
