using System.CommandLine;
using Umbra.Api;
using Umbra.Configuration;

namespace Umbra.Commands;

/// <summary>The settings as options of a command, with <c>--config</c>.</summary>
internal sealed class ServeOptions(Func<Setting, bool> wanted)
{
    private readonly Option<string?> _config = new("--config")
    {
        Description = "YAML or JSON file (or UMBRA_CONFIG); else /etc/umbra/umbra.yaml, then ~/.config/umbra/umbra.yaml",
        HelpName = "FILE",
    };

    private readonly (Setting Setting, Option<string[]> Option)[] _options =
    [
        .. SettingCatalog.All.Where(wanted).Select(setting => (setting, new Option<string[]>(setting.Option)
        {
            Description = $"{setting.Summary}. {setting.Allowed} [{setting.Default}]",
            HelpName = "VALUE",
            Arity = ArgumentArity.OneOrMore,
        })),
    ];

    public void AddTo(Command command)
    {
        command.Add(_config);
        foreach ((_, Option<string[]> option) in _options)
        {
            command.Add(option);
        }
    }

    /// <summary>The settings, valid.</summary>
    /// <param name="more">Said by other options of the command; over everything else.</param>
    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/> and every error in its details.</exception>
    public NodeSettings Load(ParseResult arguments, CommandEnvironment environment, params IEnumerable<SettingValue> more)
    {
        IEnumerable<SettingValue> options = _options
            .Where(o => arguments.GetResult(o.Option) is { Implicit: false })
            .Select(o => new SettingValue(o.Setting.Key, arguments.GetValue(o.Option)!, new SettingSource(o.Setting.Option)));
        SettingsResult result = SettingsLoader.Load(environment.Settings, arguments.GetValue(_config), more.Concat(options));
        foreach (string warning in result.Warnings)
        {
            environment.Error.WriteLine($"umbra: warning: {PlainText.Of(warning)}");
        }

        return result.Errors.Count == 0 ? result.Settings : throw new NodeOperationException(
            ErrorCode.InvalidRequest,
            result.Errors.Count == 1 ? "the configuration has an error" : $"the configuration has {result.Errors.Count} errors",
            "correct this and check with 'umbra serve --check-config'; docs/configuration.md has every setting")
        {
            Details = [.. result.Errors.Select(error => error.ToString())],
        };
    }
}
