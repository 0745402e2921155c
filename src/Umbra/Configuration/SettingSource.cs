namespace Umbra.Configuration;

/// <summary>Where a value was written, for messages: "umbra.yaml line 3", "UMBRA_UPDATE_RATE", "--update-rate".</summary>
internal readonly record struct SettingSource(string Text)
{
    public static SettingSource File(string path, long line) => new($"{path} line {line}");

    public override string ToString() => Text;
}
