namespace Umbra.Commands;

/// <summary>A key of the live table and what it does; the same list makes the help.</summary>
/// <param name="Characters">Any of them is the key.</param>
/// <param name="Name">As the help writes it.</param>
internal sealed record PoolKey(string Characters, string Name, string Help, Func<PoolView, PoolView> Press)
{
    public static IReadOnlyList<PoolKey> All { get; } =
    [
        SortBy('t', PoolSort.Tag),
        SortBy('a', PoolSort.Allocs),
        SortBy('f', PoolSort.Frees),
        SortBy('d', PoolSort.Diff),
        SortBy('b', PoolSort.Bytes),
        SortBy('m', PoolSort.PerAlloc),
        new("()", "( or )", "sort by the change in that column, or by its value again", view => view with { ByChange = !view.ByChange }),
        new("p", "p", "pause: the numbers stand still, until p is pressed again", view => view with { IsPaused = !view.IsPaused }),
        new("l", "l", "highlight the lines that changed, or none", view => view with { Highlights = !view.Highlights }),
        new("/", "/", "filter: text, then Enter; * and ? stand for anything; nothing typed shows all", view => view with { Typing = "" }),
        new("s", "s", "accounts of links, sessions and viewers, or tags again", view => view with { ShowsAccounts = !view.ShowsAccounts }),
        new("h?", "h or ?", "this help; any key leaves it", view => view with { ShowsHelp = true }),
        new("q\u001b", "q or Esc", "end", view => view with { IsEnding = true }),
    ];

    private static PoolKey SortBy(char key, PoolSort sort) => new($"{key}", $"{key}", $"sort by {sort.Name()}", view => view with { Sort = sort });
}
