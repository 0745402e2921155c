namespace Umbra.Configuration;

/// <summary>What came out of the configuration: settings to use only where <see cref="Errors"/> is empty.</summary>
internal sealed record SettingsResult(NodeSettings Settings, IReadOnlyList<SettingError> Errors, IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Files);
