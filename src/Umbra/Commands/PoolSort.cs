namespace Umbra.Commands;

/// <summary>The columns a pool table can be sorted by: words in order, numbers with the largest first.</summary>
internal enum PoolSort
{
    Tag,
    Driver,
    Allocs,
    Frees,
    Diff,
    Bytes,
    PerAlloc,
    Peak,
}

/// <summary>As they are written on the command line and on the screen.</summary>
internal static class PoolSorts
{
    /// <summary>In the order of the enum.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tag", "driver", "allocs", "frees", "diff", "bytes", "per-alloc", "peak"];

    public static string Name(this PoolSort sort) => Names[(int)sort];

    /// <summary>Null where none is given.</summary>
    public static PoolSort? Of(string? name) => name is null ? null : (PoolSort)((List<string>)[.. Names]).IndexOf(name);
}
