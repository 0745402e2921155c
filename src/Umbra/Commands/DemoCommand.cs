using System.CommandLine;
using System.Runtime.InteropServices;
using Umbra.Api;
using Umbra.Demo;

namespace Umbra.Commands;

/// <summary><c>umbra demo</c>: two nodes on this machine, one shadowing a session of the other.</summary>
internal static class DemoCommand
{
    public static Command Create(CommandScope scope)
    {
        Option<int?> seconds = new("--seconds") { Description = "end by itself after this many seconds, with a summary", HelpName = "N" };
        Option<string> source = new("--source") { Description = "a real desktop (Xvnc), or the built-in test pattern", DefaultValueFactory = _ => "desktop", HelpName = "desktop|pattern" };
        Option<SizeInfo> size = new("--size") { Description = "of the session", DefaultValueFactory = _ => new SizeInfo(1280, 800), CustomParser = Parsers.Size, HelpName = "WxH" };
        Option<string> listen = new("--listen") { Description = "where a VNC viewer connects", DefaultValueFactory = _ => "127.0.0.1:5999", HelpName = "IP:PORT" };
        Option<string?> png = new("--png") { Description = "where the picture taken through the link goes", HelpName = "FILE" };
        source.AcceptOnlyFromAmong("desktop", "pattern");
        Command command = new("demo", "Show a shadow from one node into another, all on this machine") { seconds, source, size, listen, png };
        command.SetAction((arguments, _) => RunAsync(
            scope,
            scope.ReportFor(arguments),
            arguments.GetRequiredValue(source) == "pattern" ? SessionKind.Pattern : SessionKind.Desktop,
            arguments.GetRequiredValue(size),
            arguments.GetRequiredValue(listen),
            arguments.GetValue(png),
            arguments.GetValue(seconds)));
        return command;
    }

    private static async Task<int> RunAsync(CommandScope scope, Report report, SessionKind kind, SizeInfo size, string listen, string? png, int? seconds)
    {
        using CancellationTokenSource ending = new();
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ending.Cancel();
        }

        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await using DemoRun demo = new();
        try
        {
            await demo.StartAsync(kind, size, listen, text => scope.Environment.Error.WriteLine($"  {text}"), ending.Token);
            string path = Path.GetFullPath(png ?? Path.Combine(demo.Folder, "alice.png"));

            // A moment for the programs on the desktop to draw themselves.
            await Task.Delay(TimeSpan.FromSeconds(kind == SessionKind.Desktop ? 2 : 0.2), ending.Token);
            await demo.SnapshotAsync(path, ending.Token);
            Explain(scope, demo, path, seconds);
            await Task.Delay(seconds is { } n ? TimeSpan.FromSeconds(n) : Timeout.InfiniteTimeSpan, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C: what is up comes down, and where the shadow was running there is a summary.
            if (demo.Address.Length == 0)
            {
                return ExitCodes.Failure;
            }
        }

        DemoSummary summary = await demo.CloseAsync(png);
        Summarise(scope, report, summary);
        return summary.IsClean && summary.Frames > 0 ? ExitCodes.Ok : ExitCodes.Failure;
    }

    private static void Explain(CommandScope scope, DemoRun demo, string png, int? seconds)
    {
        scope.Environment.Error.WriteLine($"""

            server-b (process {demo.Target.ProcessId}) has the session alice; server-a (process {demo.Near.ProcessId}) shadows it.

            Look, and take the controls:   vncviewer {demo.Address}      (any VNC viewer, no password, this machine only)
            A picture through the link:    {png}
            Ask the nodes:                 umbra --node-socket {demo.Folder}/a/run/api.sock shadow ls
                                           umbra --node-socket {demo.Folder}/b/run/api.sock session ls

            {(seconds is { } n ? $"Ends by itself in {n} s." : "Ctrl-C ends it.")}
            """);
    }

    private static void Summarise(CommandScope scope, Report report, DemoSummary summary)
    {
        report.Item(summary, CommandJson.Own.DemoSummary,
            ("frames", Words.Of(summary.Frames)),
            ("bytes", Words.Of(summary.Bytes)),
            ("seconds", $"{summary.Seconds}"),
            ("connections", Words.Of(summary.Connections)),
            ("picture", summary.Png));
        foreach (DemoPool pool in report.Format == OutputFormat.Table ? summary.Pools : [])
        {
            scope.Environment.Out.WriteLine($"{Environment.NewLine}pool of {pool.Node}, everything closed:");
            PoolCommand.PrintTags(report, pool.Tags);
        }

        if (!summary.IsClean)
        {
            scope.Environment.Error.WriteLine("umbra: blocks are still out (DIFF is not 0): this is a fault of umbra, please report it");
        }
    }
}
