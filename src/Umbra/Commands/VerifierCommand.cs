using System.CommandLine;
using System.Globalization;
using System.IO.Enumeration;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Memory;

namespace Umbra.Commands;

/// <summary><c>umbra verifier</c> and <c>umbra verifier on|off</c>: what watches the node's pool, after NT's command of that name.</summary>
internal static class VerifierCommand
{
    /// <summary>Frames of a stack that people are shown; a program gets all of them.</summary>
    private const int MaxFrames = 8;

    public static Command Create(CommandScope scope)
    {
        Option<string?> tag = new("--tag") { Description = "only blocks whose tag or driver matches, as in 'Td*'", HelpName = "GLOB" };
        Option<string?> account = new("--account") { Description = "only blocks of accounts that match, as in '*alice*'", HelpName = "GLOB" };
        Command command = new("verifier", "Show what watches the node's memory pool: faults found, and who rented what is out") { tag, account, On(scope), Off(scope) };
        scope.Run(command, async call =>
        {
            VerifierInfo verifier = await call.Node.GetVerifierAsync(call.CancellationToken);
            Print(call, verifier with
            {
                Out =
                [
                    .. verifier.Out.Where(blocks => (Matches(call.Get(tag), blocks.Tag.TrimEnd()) || Matches(call.Get(tag), blocks.Driver))
                        && Matches(call.Get(account), blocks.Account)),
                ],
            });
        });
        return command;
    }

    private static Command On(CommandScope scope)
    {
        Option<string[]> tags = new("--tag") { Description = "watch this tag alone, or these; all if not given", HelpName = "TAG" };
        tags.CompletionSources.Add([.. PoolTags.Names]);
        Option<int> stacks = new("--stacks") { Description = "record the stack of one rent in N: a walk costs more than a rent", HelpName = "N", DefaultValueFactory = _ => 1 };
        Command command = new("on", "Watch the pool from now on; what was rented before is not known") { tags, stacks };
        scope.Run(command, async call => Print(
            call, await call.Node.StartVerifierAsync(new VerifierRequest(call.Get(tags), call.Get(stacks)), call.CancellationToken)));
        return command;
    }

    private static Command Off(CommandScope scope)
    {
        Command command = new("off", "Watch it no longer; the faults that were found can still be read");
        scope.Run(command, async call =>
        {
            await call.Node.StopVerifierAsync(call.CancellationToken);
            call.Report.Done("the verifier is off");
        });
        return command;
    }

    private static void Print(NodeCall call, VerifierInfo verifier)
    {
        call.Report.Item(verifier, CommandJson.Api.VerifierInfo,
            ("verifier", verifier.Since is { } since ? $"on since {Words.Of(since)}" : "off"),
            ("tags", !verifier.IsOn ? null : verifier.Tags.Count == 0 ? "all" : string.Join(", ", verifier.Tags.Select(t => t.TrimEnd()))),
            ("stacks", !verifier.IsOn ? null : verifier.Stacks == 1 ? "of each rent" : $"of one rent in {Words.Of(verifier.Stacks)}"),
            ("faults", Words.Of(verifier.Found)));
        if (call.Report.Format == OutputFormat.Json)
        {
            return;
        }

        TextWriter output = call.Environment.Out;
        foreach (VerifierFaultInfo fault in verifier.Faults)
        {
            output.WriteLine();
            Write(output, $"{Words.Of(fault.LastAt)}{(fault.Count > 1 ? $", {Words.Of(fault.Count)} times since {Words.Of(fault.FirstAt)}" : "")}\n{fault.Text}", "");
            Write(output, fault.RentedAt.Length > 0 ? $"rented at\n{fault.RentedAt}" : "", "  ");
        }

        foreach (VerifierBlocksInfo blocks in verifier.Out)
        {
            output.WriteLine();
            string age = Duration.Format(TimeSpan.FromSeconds(Math.Floor(blocks.AgeSeconds)));
            output.WriteLine(PlainText.Of(string.Create(
                CultureInfo.InvariantCulture, $"{blocks.Tag,-4}  {blocks.Driver}, {blocks.Account}: {blocks.Blocks} blocks, {blocks.Bytes} bytes, the oldest {age} old")));
            Write(output, blocks.Stack, "  ");
        }

        if (verifier.OutLeftOut > 0)
        {
            output.WriteLine($"\n{Words.Of(verifier.OutLeftOut)} smaller groups are not shown");
        }
    }

    private static void Write(TextWriter output, string lines, string indent)
    {
        string[] all = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string line in all.Take(MaxFrames))
        {
            output.WriteLine(indent + PlainText.Of(line));
        }

        if (all.Length > MaxFrames)
        {
            output.WriteLine($"{indent}and {Words.Of(all.Length - MaxFrames)} more lines: --output json has them");
        }
    }

    private static bool Matches(string? glob, string text) => glob is null || FileSystemName.MatchesSimpleExpression(glob, text);
}
