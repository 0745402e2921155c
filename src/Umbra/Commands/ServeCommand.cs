using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Hosting;
using Umbra.Memory;

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
        scope.Environment.Hold(settings.Plan);
        await using NodeServer server = await NodeServer.StartAsync(settings, builder => scope.Environment.Compose(builder, settings),
            cancellationToken);
        Tell(server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Umbra.Memory"), settings.Plan, scope.Environment.Settings.Memory);
        ReadyInfo ready = new(true, settings.ApiSocketPath, Environment.ProcessId, VersionInfo.Current().Version);

        // One line in either format: whoever starts a node waits for it.
        scope.Environment.Out.WriteLine(arguments.GetValue(scope.Output) == OutputFormat.Json
            ? JsonSerializer.Serialize(ready, CommandJson.Default.ReadyInfo)
            : $"umbra is ready: {ready.ApiSocket}");
        scope.Environment.Out.Flush();
        await server.WaitForShutdownAsync(cancellationToken);
    }

    private static void Tell(ILogger logger, MemoryPlan plan, ProcessMemory memory)
    {
        foreach (string reason in memory.Unreadable)
        {
            logger.LogDebug("the container's memory limit is taken for none where it cannot be read: {Reason}", reason);
        }

        if (plan.ProcessLimit is { } limit)
        {
            logger.LogInformation(
                "memory: at most {Sum} of the {Limit} this process may use, {Pool} of it data memory; see 'umbra pool --promise'",
                ByteSize.Format(plan.Sum), ByteSize.Format(limit), ByteSize.Format(plan.MemoryLimit));
        }
    }
}
