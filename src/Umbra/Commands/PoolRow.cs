using Umbra.Api;

namespace Umbra.Commands;

/// <summary>One line of a pool table: a tag, or an account, of which the blocks are the diff and there are no allocs and frees.</summary>
internal sealed record PoolRow
{
    /// <summary>Tag or account.</summary>
    public required string Name { get; init; }

    public string Driver { get; init; } = "";

    public int Depth { get; init; }

    public PoolCount Allocs { get; init; }

    public PoolCount Frees { get; init; }

    public PoolCount Diff { get; init; }

    public PoolCount Bytes { get; init; }

    public PoolCount PerAlloc { get; init; }

    public PoolCount Peak { get; init; }

    public long? Limit { get; init; }

    /// <summary>The account is closed: what it holds should have come back.</summary>
    public bool IsClosed { get; init; }

    /// <summary>What the node said; null for an account.</summary>
    public PoolTagInfo? Tag { get; init; }

    /// <summary>What the node said; null for a tag.</summary>
    public PoolAccountInfo? Account { get; init; }

    public bool IsChanged => Allocs.Change != 0 || Frees.Change != 0 || Diff.Change != 0 || Bytes.Change != 0;

    public static PoolRow Of(PoolTagInfo now, PoolTagInfo? before) => new()
    {
        Name = now.Tag,
        Driver = now.Driver,
        Allocs = PoolCount.Of(now.Allocs, before?.Allocs),
        Frees = PoolCount.Of(now.Frees, before?.Frees),
        Diff = PoolCount.Of(now.Outstanding, before?.Outstanding),
        Bytes = PoolCount.Of(now.Bytes, before?.Bytes),
        PerAlloc = PoolCount.Of(now.PerAlloc, before?.PerAlloc),
        Peak = PoolCount.Of(now.PeakBytes, before?.PeakBytes),
        Limit = now.Limit,
        Tag = now,
    };

    public static PoolRow Of(PoolAccountInfo now, PoolAccountInfo? before) => new()
    {
        Name = now.Name,
        Depth = now.Depth,
        Diff = PoolCount.Of(now.Blocks, before?.Blocks),
        Bytes = PoolCount.Of(now.Bytes, before?.Bytes),
        PerAlloc = PoolCount.Of(PerBlock(now), before is null ? null : PerBlock(before)),
        Peak = PoolCount.Of(now.PeakBytes, before?.PeakBytes),
        Limit = now.Limit,
        IsClosed = now.IsClosed,
        Account = now,
    };

    /// <summary>The number of a column; accounts have blocks where tags have allocs and frees.</summary>
    public PoolCount Of(PoolSort column) => column switch
    {
        PoolSort.Allocs when Account is null => Allocs,
        PoolSort.Frees when Account is null => Frees,
        PoolSort.Allocs or PoolSort.Frees or PoolSort.Diff => Diff,
        PoolSort.Bytes => Bytes,
        PoolSort.PerAlloc => PerAlloc,
        PoolSort.Peak => Peak,
        _ => default,
    };

    private static long PerBlock(PoolAccountInfo account) => account.Blocks > 0 ? account.Bytes / account.Blocks : 0;
}
