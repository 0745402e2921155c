namespace Umbra.Configuration;

/// <summary>One thing wrong in the configuration.</summary>
internal readonly record struct SettingError(SettingSource Source, string Message)
{
    public override string ToString() => $"{Source}: {Message}";
}
