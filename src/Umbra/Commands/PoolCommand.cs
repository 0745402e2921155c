using System.CommandLine;
using Umbra.Api;
using Umbra.Configuration;

namespace Umbra.Commands;

/// <summary><c>umbra pool</c>: the memory pool by tag, as poolmon shows a kernel's.</summary>
internal static class PoolCommand
{
    public static Command Create(CommandScope scope)
    {
        Command command = new("pool", "Show the node's memory by tag");
        scope.Run(command, async call =>
        {
            PoolInfo pool = await call.Node.GetPoolAsync(call.CancellationToken);
            if (call.Report.Format == OutputFormat.Json)
            {
                call.Report.Item(pool, CommandJson.Api.PoolInfo);
                return;
            }

            call.Environment.Out.WriteLine(
                $"out {ByteSize.Format(pool.Bytes)}, peak {ByteSize.Format(pool.PeakBytes)}, "
                + $"limit {(pool.Limit is { } limit ? ByteSize.Format(limit) : "none")}, kept free {ByteSize.Format(pool.KeptBytes)}");
            PrintTags(call.Report, pool.Tags);
        });
        return command;
    }

    /// <summary>One row per tag.</summary>
    public static void PrintTags(Report report, IReadOnlyList<PoolTagInfo> tags) =>
        report.List(tags, CommandJson.Api.IReadOnlyListPoolTagInfo,
                new("TAG", t => t.Tag),
                new("ALLOCS", t => Words.Of(t.Allocs), true),
                new("FREES", t => Words.Of(t.Frees), true),
                new("DIFF", t => Words.Of(t.Outstanding), true),
                new("BYTES", t => Words.Of(t.Bytes), true),
                new("PEAK", t => Words.Of(t.PeakBytes), true),
                new("REFUSED", t => Words.Of(t.Refused), true),
                new("TAKEN FOR", t => t.Name));
}
