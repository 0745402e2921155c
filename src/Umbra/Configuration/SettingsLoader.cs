namespace Umbra.Configuration;

/// <summary>
/// Puts the settings together: defaults, then files, then UMBRA_* variables, then the command line, each over the one before. Every value
/// is checked,
/// also one that a later layer overrides, and all errors are reported together.
/// </summary>
internal sealed class SettingsLoader(SettingsEnvironment environment)
{
    private readonly List<SettingError> _errors = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _files = [];
    private readonly HashSet<string> _set = [];

    /// <param name="environment">The machine as far as defaults depend on it.</param>
    /// <param name="file">The file asked for; null reads the usual ones where they exist.</param>
    /// <param name="options">What the command line says.</param>
    public static SettingsResult Load(SettingsEnvironment environment, string? file = null, IEnumerable<SettingValue>? options = null) =>
        new SettingsLoader(environment).Load(file, options ?? []);

    private SettingsResult Load(string? file, IEnumerable<SettingValue> options)
    {
        NodeSettings settings = environment.Defaults();
        file ??= environment.Variable("UMBRA_CONFIG");
        IEnumerable<string> files = file is not null ? [file] : environment.UsualFiles().Where(File.Exists);
        foreach (string path in files)
        {
            _files.Add(path);
            settings = Apply(settings, SettingsFile.Read(path, _errors));
        }

        settings = Apply(settings, Variables());
        settings = Apply(settings, options);
        if (!_set.Contains("runtimeDirectory"))
        {
            settings = settings with { RuntimeDirectory = environment.RuntimeDirectory(settings.StateDirectory) };
        }

        if (SettingCatalog.CheckWhole(settings) is { } wrong)
        {
            _errors.Add(new SettingError(new SettingSource("configuration"), wrong));
        }

        if (settings.Plan.WhyNot(_set.Contains("memoryLimit")) is { } tooMuch)
        {
            _errors.Add(new SettingError(new SettingSource("configuration"), tooMuch));
        }

        return new SettingsResult(settings, _errors, _warnings, _files);
    }

    private NodeSettings Apply(NodeSettings settings, IEnumerable<SettingValue> values) => values.Aggregate(settings, Apply);

    private NodeSettings Apply(NodeSettings settings, SettingValue value)
    {
        if (SettingCatalog.Find(value.Key) is not { } setting)
        {
            _errors.Add(new SettingError(value.Source,
                $"unknown setting {value.Key}{Spelling.Suggest(value.Key, SettingCatalog.All.Select(s => s.Key))}"));
            return settings;
        }

        if (!setting.IsList && (value.Items.Count != 1 || value.Items[0].Length == 0))
        {
            _errors.Add(new SettingError(value.Source, $"{value.Key}: one value is expected: {setting.Allowed}"));
            return settings;
        }

        string[] wrong = [.. value.Items.Where(item => !IsAllowed(setting, item))];
        _errors.AddRange(wrong.Select(item => new SettingError(
            value.Source, $"{value.Key}: {setting.WhyNot?.Invoke(item) ?? $"'{item}' is not allowed: {setting.Allowed}"}")));
        _set.Add(value.Key);
        return wrong.Length == 0 ? setting.Apply(settings, value.Items) : settings;
    }

    private bool IsAllowed(Setting setting, string item)
    {
        try
        {
            setting.Apply(environment.Defaults(), [item]);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private List<SettingValue> Variables()
    {
        List<SettingValue> values = [];
        foreach ((string name, string text) in environment.Variables.Where(v => v.Key.StartsWith("UMBRA_", StringComparison.Ordinal))
            .OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (SettingCatalog.All.FirstOrDefault(s => s.Variable == name) is { } setting)
            {
                string[] items = setting.IsList ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    : [text];
                values.Add(new SettingValue(setting.Key, items, new SettingSource(name)));
            }
            else if (!SettingsEnvironment.OtherVariables.Contains(name))
            {
                // Only a warning: other software (service managers, container hosts) may set such names too.
                _warnings.Add($"{name} is not a setting{Spelling.Suggest(name, SettingCatalog.All.Select(s => s.Variable))}");
            }
        }

        return values;
    }
}
