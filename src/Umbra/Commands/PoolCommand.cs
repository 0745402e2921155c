using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Umbra.Api;
using Umbra.Configuration;

namespace Umbra.Commands;

/// <summary><c>umbra pool</c>: the memory pool by tag, live, as poolmon shows a kernel's; into a pipe or with --once as one table.</summary>
internal static class PoolCommand
{
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);

    public static Command Create(CommandScope scope)
    {
        Option<bool> once = new("--once") { Description = "print one table and end, in a terminal as well" };
        Option<bool> account = new("--account") { Description = "by link, session and viewer instead of by tag" };
        Option<TimeSpan?> interval = new("--interval")
        {
            Description = "how often to look, as in 500ms; 1s if not given; with --output json prints a line each time, until Ctrl-C",
            HelpName = "DURATION",
            CustomParser = result => Interval(result),
        };
        Option<string?> tag = new("--tag") { Description = "only tags, drivers or accounts that match, as in 'Td*'", HelpName = "GLOB" };
        Option<string?> sort = new("--sort") { Description = "largest first; by tag or driver: in order", HelpName = string.Join('|', PoolSorts.Names) };
        sort.AcceptOnlyFromAmong([.. PoolSorts.Names]);
        Option<bool> promise = new("--promise") { Description = "the most the node may ever hold, part by part, beside what it holds now" };
        Command command = new("pool", "Show the node's memory by tag, live: h helps, q ends") { once, account, interval, tag, sort, promise };
        scope.Run(command, call =>
        {
            if (call.Get(promise))
            {
                return PrintPromiseAsync(call);
            }

            PoolView view = new() { ShowsAccounts = call.Get(account), Filter = call.Get(tag), Sort = PoolSorts.Of(call.Get(sort)) };
            if (call.Report.Format == OutputFormat.Json)
            {
                return PrintJsonAsync(call, view, call.Get(once) ? null : call.Get(interval));
            }

            return !call.Get(once) && call.Environment is { IsTerminal: true, Terminal: { } terminal }
                ? new PoolTerminal(call.Node, terminal, call.Environment.Out, call.Get(interval) ?? UsualInterval, TimeProvider.System)
                    .RunAsync(view with { Sort = view.Sort ?? PoolSort.Tag }, call.CancellationToken)
                : PrintTableAsync(call, view);
        });
        return command;
    }

    /// <summary>One row per tag.</summary>
    public static void PrintTags(Report report, IReadOnlyList<PoolTagInfo> tags) =>
        report.List(tags, CommandJson.Api.IReadOnlyListPoolTagInfo,
                new("TAG", t => t.Tag),
                new("DRIVER", t => t.Driver),
                new("ALLOCS", t => Words.Of(t.Allocs), true),
                new("FREES", t => Words.Of(t.Frees), true),
                new("DIFF", t => Words.Of(t.Outstanding), true),
                new("BYTES", t => Words.Of(t.Bytes), true),
                new("PER ALLOC", t => Words.Of(t.PerAlloc), true),
                new("PEAK", t => Words.Of(t.PeakBytes), true),
                new("LIMIT", t => PoolScreen.Limit(t.Limit), true),
                new("REFUSED", t => Words.Of(t.Refused), true));

    /// <summary>One row per account, those below another set in.</summary>
    private static void PrintAccounts(Report report, IReadOnlyList<PoolAccountInfo> accounts) =>
        report.List(accounts, CommandJson.Api.IReadOnlyListPoolAccountInfo,
                new("ACCOUNT", a => new string(' ', 2 * a.Depth) + a.Name),
                new("BLOCKS", a => Words.Of(a.Blocks), true),
                new("BYTES", a => Words.Of(a.Bytes), true),
                new("PEAK", a => Words.Of(a.PeakBytes), true),
                new("LIMIT", a => PoolScreen.Limit(a.Limit), true),
                new("STATE", a => a.IsClosed ? "closed" : "open"));

    private static async Task PrintPromiseAsync(NodeCall call)
    {
        PromiseInfo promise = await call.Node.GetPromiseAsync(call.CancellationToken);
        if (call.Report.Format == OutputFormat.Json)
        {
            call.Report.Item(promise, CommandJson.Api.PromiseInfo);
            return;
        }

        string why = promise.ProcessLimit is { } limit ? $"processLimit {ByteSize.Format(limit)}" : "no processLimit is known";
        PromiseLineInfo sum = new(default, "sum", promise.Sum, why, promise.Resident);
        call.Report.List([.. promise.Lines, sum], CommandJson.Api.IReadOnlyListPromiseLineInfo,
            new("WHAT", line => line.What),
            new("AT MOST", line => ByteSize.Format(line.Bound), true),
            new("NOW", line => line.InUse is { } now ? ByteSize.Format(now) : "-", true),
            new("BOUNDED BY", line => line.Why));
        call.Environment.Out.WriteLine("now, of the sum: resident memory of the process, without the kernel's socket buffers. Hosted desktops are other processes.");
    }

    private static async Task PrintTableAsync(NodeCall call, PoolView view)
    {
        PoolInfo pool = await call.Node.GetPoolAsync(call.CancellationToken);
        IReadOnlyList<PoolRow> rows = PoolRows.Of(new PoolSamples(pool, null, default), view);
        call.Environment.Out.WriteLine(PoolScreen.Totals(pool));
        if (view.ShowsAccounts)
        {
            PrintAccounts(call.Report, [.. rows.Select(row => row.Account!)]);
        }
        else
        {
            PrintTags(call.Report, [.. rows.Select(row => row.Tag!)]);
        }
    }

    /// <summary>The API's answer: once, or a line for each time it was asked.</summary>
    private static async Task PrintJsonAsync(NodeCall call, PoolView view, TimeSpan? interval)
    {
        while (true)
        {
            PoolInfo pool = await call.Node.GetPoolAsync(call.CancellationToken);
            PoolSamples samples = new(pool, null, default);
            pool = view.ShowsAccounts
                ? pool with { Accounts = [.. PoolRows.Of(samples, view).Select(row => row.Account!)] }
                : pool with { Tags = [.. PoolRows.Of(samples, view).Select(row => row.Tag!)] };
            if (interval is not { } wait)
            {
                call.Report.Item(pool, CommandJson.Api.PoolInfo);
                return;
            }

            call.Environment.Out.WriteLine(JsonSerializer.Serialize(pool, CommandJson.ApiLine.PoolInfo));
            await Task.Delay(wait, call.CancellationToken);
        }
    }

    private static TimeSpan Interval(ArgumentResult result)
    {
        TimeSpan interval = Parsers.Duration(result);
        if (interval < ShortestInterval)
        {
            result.AddError($"--interval is too short: give at least {Duration.Format(ShortestInterval)}");
        }

        return interval;
    }
}
