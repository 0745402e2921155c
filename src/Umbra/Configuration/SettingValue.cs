namespace Umbra.Configuration;

/// <summary>A value as somebody wrote it: one text, or a list of them.</summary>
internal sealed record SettingValue(string Key, IReadOnlyList<string> Items, SettingSource Source);
