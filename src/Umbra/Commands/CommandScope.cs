using System.CommandLine;
using System.CommandLine.Completions;
using Umbra.Api.Client;
using Umbra.Configuration;

namespace Umbra.Commands;

/// <summary>What all commands share: the environment, the global options, and the way to the node.</summary>
internal sealed class CommandScope(CommandEnvironment environment)
{
    /// <summary>A little more than <see cref="Api.ProblemMiddleware.Deadline"/>, so that the node's own word comes first.</summary>
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(65);

    public CommandEnvironment Environment => environment;

    public Option<OutputFormat> Output { get; } = LowerCase(
        new Option<OutputFormat>("--output", "-o")
        {
            Description = "table for people, json for programs",
            HelpName = "table|json",
            Recursive = true
        });

    public Option<string?> NodeSocket { get; } = new("--node-socket")
    {
        Description = "API socket of the node to talk to (or UMBRA_API); else the configured one",
        HelpName = "PATH",
        Recursive = true,
    };

    public Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "how long to wait for the node's answer, as in 10s; 65s if not given",
        HelpName = "DURATION",
        CustomParser = result => Parsers.Duration(result),
        Recursive = true,
    };

    public Report ReportFor(ParseResult arguments) => new(environment, arguments.GetValue(Output));

    /// <summary>The command talks to the node.</summary>
    public void Run(Command command, Func<NodeCall, Task> action) => command.SetAction(async (arguments, cancellationToken) =>
    {
        using NodeClient client = Connect(arguments, arguments.GetValue(Timeout) ?? UsualTimeout);
        await action(new NodeCall(client, arguments, ReportFor(arguments), environment, cancellationToken));
        return ExitCodes.Ok;
    });

    /// <summary>Words to complete from the node; none where it does not answer at once.</summary>
    public Func<CompletionContext, IEnumerable<CompletionItem>> Words(Func<NodeClient, CancellationToken, Task<IEnumerable<string>>> ask) =>
        context =>
    {
        try
        {
            using NodeClient client = Connect(context.ParseResult, environment.CompletionTimeout);
            using CancellationTokenSource timeout = new(environment.CompletionTimeout);
            return ask(client, timeout.Token).GetAwaiter().GetResult()
                .Where(word => word.StartsWith(context.WordToComplete, StringComparison.Ordinal)).Select(word => new CompletionItem(word));
        }
        catch (Exception)
        {
            // Whoever presses the tab key gets words or nothing; the command itself will say what is wrong.
            return [];
        }
    };

    /// <summary>Enum values are read in any case, but completed as they are documented.</summary>
    private static Option<OutputFormat> LowerCase(Option<OutputFormat> option)
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add("table", "json");
        return option;
    }

    private NodeClient Connect(ParseResult arguments, TimeSpan timeout)
    {
        string socket = arguments.GetValue(NodeSocket) ?? environment.Settings.Variable("UMBRA_API")
            ?? SettingsLoader.Load(environment.Settings).Settings.ApiSocketPath;
        return new NodeClient(socket, timeout);
    }
}
