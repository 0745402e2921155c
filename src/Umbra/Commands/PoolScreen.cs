using Umbra.Api;
using Umbra.Configuration;

namespace Umbra.Commands;

/// <summary>What the live table shows: a screen of lines, made of nothing but its arguments.</summary>
internal static class PoolScreen
{
    private static readonly PoolScreenColumn[] TagColumns =
    [
        new("Tag", row => row.Name, 4, IsWord: true),
        new("Driver", row => row.Driver, 16, IsWord: true, DropOrder: 2),
        new("Allocs", row => Words.Of(row.Allocs.Now), 7),
        new("(+/-)", row => row.Allocs.ChangeText, 6),
        new("Frees", row => Words.Of(row.Frees.Now), 7),
        new("(+/-)", row => row.Frees.ChangeText, 6),
        new("Diff", row => Words.Of(row.Diff.Now), 4),
        .. Sizes(),
        new("Limit", row => Limit(row.Limit), 6, DropOrder: 1),
    ];

    private static readonly PoolScreenColumn[] AccountColumns =
    [
        new("Account", row => new string(' ', 2 * row.Depth) + row.Name, 24, IsWord: true),
        new("Blocks", row => Words.Of(row.Diff.Now), 6),
        new("(+/-)", row => row.Diff.ChangeText, 6),
        .. Sizes(),
        new("Limit", row => Limit(row.Limit), 6, DropOrder: 1),
        new("State", row => row.IsClosed ? "closed" : "open", 6, IsWord: true),
    ];

    /// <param name="trouble">Why there is no newer sample; null where there is one.</param>
    public static IReadOnlyList<PoolLine> Of(PoolSamples samples, PoolView view, TimeSpan interval, string? trouble, int width, int height)
    {
        List<PoolLine> lines = [.. view.ShowsHelp ? Help() : [new(Title(samples, view, interval)), new(Totals(samples.Now)), new("")]];
        if (!view.ShowsHelp)
        {
            Table(lines, PoolRows.Of(samples, view), view, width, room: height - lines.Count - 2);
        }

        if (lines.Count > height - 1)
        {
            lines.RemoveRange(Math.Max(0, height - 1), lines.Count - Math.Max(0, height - 1));
        }

        lines.Add(new(view switch
        {
            { Typing: { } typed } => $"filter: {typed}_",
            { ShowsHelp: true } => "any key goes back",
            _ when trouble is not null => $"no answer: {trouble}",
            _ => "h help   q end",
        }));
        return [.. lines.Select(line => line with { Text = Cut(PlainText.Of(line.Text), width) })];
    }

    /// <summary>The totals, for one table as for a screen.</summary>
    public static string Totals(PoolInfo pool) =>
        $"out {ByteSize.Format(pool.Bytes)}, peak {ByteSize.Format(pool.PeakBytes)}, limit {(pool.Limit is { } limit ? ByteSize.Format(limit) : "none")}, "
        + $"reserve {ByteSize.Format(pool.Reserve)}, kept free {ByteSize.Format(pool.KeptBytes)}"
        + (pool.Pressure > PoolPressure.None ? $", pressure {pool.Pressure.ToString().ToLowerInvariant()}" : "")
        + (pool.Suspicions is [.., { } leak] ? $", growth suspected: {leak.Tag.TrimEnd()} of {leak.Driver ?? leak.Account}" : "")
        + (pool.AccountsLeftOut > 0 ? $", {pool.AccountsLeftOut} smaller accounts not listed" : "");

    /// <summary>In a cell.</summary>
    public static string Limit(long? bytes) => bytes is { } limit ? ByteSize.Format(limit) : "-";

    private static string Title(PoolSamples samples, PoolView view, TimeSpan interval) =>
        $"umbra pool   {Words.Of(samples.At)}   every {Duration.Format(interval)}   sort {view.Sort?.Name() ?? "none"}{(view.ByChange ? " (change)" : "")}"
        + (view.Filter is { } filter ? $"   filter {filter}" : "") + (view.IsPaused ? "   PAUSED" : "");

    private static IEnumerable<PoolLine> Help() =>
    [
        new("umbra pool: data memory by tag. Diff is what is out; what only grows leaks.", PoolLineStyle.Head),
        new(""),
        .. PoolKey.All.Select(key => new PoolLine($"  {key.Name,-10}{key.Help}")),
    ];

    private static PoolScreenColumn[] Sizes() =>
    [
        new("Bytes", row => Words.Of(row.Bytes.Now), 9),
        new("(+/-)", row => row.Bytes.ChangeText, 9),
        new("Per Alloc", row => Words.Of(row.PerAlloc.Now), 9, DropOrder: 4),
        new("Peak", row => Words.Of(row.Peak.Now), 9, DropOrder: 3),
    ];

    private static void Table(List<PoolLine> lines, IReadOnlyList<PoolRow> rows, PoolView view, int width, int room)
    {
        PoolRow[] shown = [.. rows.Take(rows.Count <= room ? room : Math.Max(0, room - 1))];
        List<(PoolScreenColumn Column, int Width)> columns =
        [
            .. (view.ShowsAccounts ? AccountColumns : TagColumns)
                .Select(c => (c, shown.Select(row => c.Cell(row).Length).Append(c.MinWidth).Append(c.Header.Length).Max())),
        ];

        // What does not fit is left out column by column rather than cut at the edge.
        while (columns.Sum(c => c.Width + 1) - 1 > width && columns.Exists(c => c.Column.DropOrder > 0))
        {
            columns.Remove(columns.Where(c => c.Column.DropOrder > 0).MinBy(c => c.Column.DropOrder));
        }

        string Line(Func<PoolScreenColumn, string> cell) =>
            string.Join(' ', columns.Select(c => c.Column.IsWord ? cell(c.Column).PadRight(c.Width) : cell(c.Column).PadLeft(c.Width)));

        lines.Add(new(Line(column => column.Header), PoolLineStyle.Head));
        lines.AddRange(shown.Select(row => new PoolLine(
            Line(column => column.Cell(row)), view.Highlights && row.IsChanged ? PoolLineStyle.Changed : PoolLineStyle.Plain)));
        if (rows.Count == 0)
        {
            lines.Add(new("nothing matches the filter"));
        }
        else if (shown.Length < rows.Count)
        {
            lines.Add(new($"{rows.Count - shown.Length} more: the window is too small"));
        }
    }

    private static string Cut(string text, int width) => text.Length > width ? text[..Math.Max(0, width)] : text;
}
