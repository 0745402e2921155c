using System.CommandLine;
using System.Text.Json;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Hosting;

namespace Umbra.Commands;

/// <summary><c>umbra serve</c>: runs a node until SIGTERM or SIGINT.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandScope scope)
    {
        ServeOptions options = new(_ => true);
        Option<bool> verbose = new("--verbose", "-v")
        {
            Description = "log what the node does, not only what goes wrong (--log-level information)",
        };
        Option<bool> check = new("--check-config") { Description = "check the configuration, print what is wrong, and exit" };
        Command command = new("serve", "Run a node") { verbose, check };
        options.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            SettingValue[] loud = arguments.GetValue(verbose)
                ? [new SettingValue("logLevel", ["information"], new SettingSource("--verbose"))] : [];
            NodeSettings settings = options.Load(arguments, scope.Environment, loud);
            if (arguments.GetValue(check))
            {
                scope.ReportFor(arguments).Done("the configuration is valid");
                return ExitCodes.Ok;
            }

            await ServeAsync(scope, arguments, settings, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task ServeAsync(CommandScope scope, ParseResult arguments, NodeSettings settings,
        CancellationToken cancellationToken)
    {
        await using NodeServer server = await NodeServer.StartAsync(settings, builder => scope.Environment.Compose(builder, settings),
            cancellationToken);
        ReadyInfo ready = new(true, settings.ApiSocketPath, Environment.ProcessId, VersionInfo.Current().Version);

        // One line in either format: whoever starts a node waits for it.
        scope.Environment.Out.WriteLine(arguments.GetValue(scope.Output) == OutputFormat.Json
            ? JsonSerializer.Serialize(ready, CommandJson.Default.ReadyInfo)
            : $"umbra is ready: {ready.ApiSocket}");
        scope.Environment.Out.Flush();
        await server.WaitForShutdownAsync(cancellationToken);
    }
}
