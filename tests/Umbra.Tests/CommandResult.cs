using System.Text.Json;
using Umbra.Commands;
using Umbra.Configuration;

namespace Umbra.Tests;

/// <summary>One command line, run in this process.</summary>
internal sealed record CommandResult(int ExitCode, string Out, string Error, byte[] OutBytes)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public JsonElement ErrorJson => JsonDocument.Parse(Error).RootElement.GetProperty("error");

    public static async Task<CommandResult> RunAsync(
        string[] arguments, Dictionary<string, string> variables, string home, string input = "", Func<CommandEnvironment,
            CommandEnvironment>? change = null)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using MemoryStream bytes = new();
        using StringReader reader = new(input);
        CommandEnvironment environment = new()
        {
            CompletionTimeout = TimeSpan.FromSeconds(30),
            Out = output,
            Error = error,
            OutBytes = bytes,
            In = reader,
            Settings = new SettingsEnvironment(variables, false, home),
        };
        int code = await UmbraCommand.RunAsync(arguments, change?.Invoke(environment) ?? environment);
        return new CommandResult(code, output.ToString(), error.ToString(), bytes.ToArray());
    }
}
