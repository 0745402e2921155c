using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary>The whole command line: <c>umbra VERB ...</c>.</summary>
internal static class UmbraCommand
{
    /// <summary>Runs one command line. Answers go to standard output, failures to standard error.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandEnvironment environment)
    {
        CommandScope scope = new(environment);
        ParseResult parsed = Create(scope).Parse(arguments);
        OutputFormat format = FormatOf(parsed, scope, arguments);
        try
        {
            // Signals stay as they are: a client just dies, and a node's host handles its own.
            InvocationConfiguration configuration = new()
            {
                Output = environment.Out,
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return parsed.Action is ParseErrorAction ? FailUsage(parsed, environment, format) : await parsed.InvokeAsync(configuration);
        }
        catch (NodeOperationException exception)
        {
            return Fail(exception, environment, format);
        }
        catch (Exception exception)
        {
            return Fail(new NodeOperationException(ErrorCode.Internal, $"unexpected: {exception.GetType().Name}: {exception.Message}",
                "this is a fault of umbra: please report it"), environment, format);
        }
    }

    public static RootCommand Create(CommandScope scope)
    {
        string codes = string.Join("\n", ExitCodes.All.Select(code => $"  {code.Code}  {code.Meaning}"));
        RootCommand root = new($"Umbra: watch or take the controls of a session that lives on another server.\n\nExit codes:\n{codes}")
        {
            scope.Output, scope.NodeSocket, scope.Timeout,
            ServeCommand.Create(scope),
            SessionCommand.Create(scope),
            ShadowCommand.Create(scope),
            SnapshotCommand.Create(scope),
            NodeCommand.Create(scope),
            PoolCommand.Create(scope),
            VerifierCommand.Create(scope),
            DriversCommand.Create(scope),
            VersionCommand.Create(scope),
            CompletionCommand.Create(scope),
            DemoCommand.Create(scope),
        };
        return root;
    }

    private static OutputFormat FormatOf(ParseResult parsed, CommandScope scope, IReadOnlyList<string> arguments)
    {
        try
        {
            return parsed.GetValue(scope.Output);
        }
        catch (InvalidOperationException)
        {
            // The option itself is wrong.
            return arguments.Contains("json") ? OutputFormat.Json : OutputFormat.Table;
        }
    }

    private static int FailUsage(ParseResult parsed, CommandEnvironment environment, OutputFormat format)
    {
        string path = string.Join(' ', Path(parsed.CommandResult.Command).Reverse());
        string? typo = parsed.UnmatchedTokens.Count == 0 ? null : Configuration.Spelling.Suggest(parsed.UnmatchedTokens[0],
            parsed.CommandResult.Command.Subcommands.Select(c => c.Name)
                .Concat(parsed.CommandResult.Command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(o => o.Name)));
        IEnumerable<string> errors = parsed.Errors.Select(error => error.Message.TrimEnd('.')).Distinct();

        // A word that is no command is the cause; that a command is missing only follows from it.
        string message = typo is null ? string.Join("; ", errors) : errors.Last();
        return Fail(new NodeOperationException(ErrorCode.InvalidRequest, message + typo, $"see '{path} --help'"), environment, format);
    }

    private static IEnumerable<string> Path(Command command)
    {
        for (Command? at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return at is RootCommand ? "umbra" : at.Name;
        }
    }

    private static int Fail(NodeOperationException failure, CommandEnvironment environment, OutputFormat format)
    {
        int exitCode = failure.Code.Meaning().ExitCode;
        if (format == OutputFormat.Json)
        {
            FailureInfo info = new(new CommandError(failure.Code, failure.Message, failure.Next, exitCode, failure.Details));
            environment.Error.WriteLine(JsonSerializer.Serialize(info, CommandJson.Own.FailureInfo));
            return exitCode;
        }

        environment.Error.WriteLine($"umbra: {PlainText.Of(failure.Message)}");
        foreach (string detail in failure.Details ?? [])
        {
            environment.Error.WriteLine($"  {PlainText.Of(detail)}");
        }

        if (failure.Next is not null)
        {
            environment.Error.WriteLine($"  {PlainText.Of(failure.Next)}");
        }

        return exitCode;
    }
}
