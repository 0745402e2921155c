using System.IO.Enumeration;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary>Two samples and a view make the lines of the table: filtered, with their changes, in order.</summary>
internal static class PoolRows
{
    public static IReadOnlyList<PoolRow> Of(PoolSamples samples, PoolView view) => view.ShowsAccounts ? Accounts(samples, view) : Tags(samples, view);

    private static List<PoolRow> Tags(PoolSamples samples, PoolView view)
    {
        Dictionary<string, PoolTagInfo> before = (samples.Before?.Tags ?? []).ToDictionary(tag => tag.Tag);
        IEnumerable<PoolRow> rows = samples.Now.Tags.Select(tag => PoolRow.Of(tag, before.GetValueOrDefault(tag.Tag)));
        return [.. Sort(rows.Where(row => Matches(row, view)), row => row, view)];
    }

    /// <summary>The tree stays one: sorted are those below the same account. Below an account that matches, all are shown.</summary>
    private static List<PoolRow> Accounts(PoolSamples samples, PoolView view)
    {
        Dictionary<long, PoolAccountInfo> before = (samples.Before?.Accounts ?? []).ToDictionary(account => account.Id);
        PoolRow[] tree = [.. samples.Now.Accounts.Select(account => PoolRow.Of(account, before.GetValueOrDefault(account.Id)))];
        List<PoolRow> rows = [];
        Append(rows, tree, view, isShown: false);
        return rows;
    }

    private static void Append(List<PoolRow> rows, ArraySegment<PoolRow> tree, PoolView view, bool isShown)
    {
        List<ArraySegment<PoolRow>> siblings = [];
        for (int start = 0; start < tree.Count;)
        {
            int end = start + 1;
            while (end < tree.Count && tree[end].Depth > tree[start].Depth)
            {
                end++;
            }

            siblings.Add(tree[start..end]);
            start = end;
        }

        foreach (ArraySegment<PoolRow> sibling in Sort(siblings, s => s[0], view))
        {
            bool isIn = isShown || Matches(sibling[0], view);
            if (isIn)
            {
                rows.Add(sibling[0]);
            }

            Append(rows, sibling[1..], view, isIn);
        }
    }

    private static IEnumerable<T> Sort<T>(IEnumerable<T> items, Func<T, PoolRow> row, PoolView view) => view.Sort switch
    {
        null => items,
        PoolSort.Tag => items.OrderBy(item => row(item).Name, StringComparer.OrdinalIgnoreCase),
        PoolSort.Driver => items.OrderBy(item => row(item).Driver, StringComparer.OrdinalIgnoreCase)
            .ThenBy(item => row(item).Name, StringComparer.OrdinalIgnoreCase),
        { } column => items.OrderByDescending(item => view.ByChange ? row(item).Of(column).Change : row(item).Of(column).Now)
            .ThenBy(item => row(item).Name, StringComparer.OrdinalIgnoreCase),
    };

    private static bool Matches(PoolRow row, PoolView view) => view.Filter is not { } glob
        || FileSystemName.MatchesSimpleExpression(glob, row.Name.TrimEnd()) || FileSystemName.MatchesSimpleExpression(glob, row.Driver);
}
