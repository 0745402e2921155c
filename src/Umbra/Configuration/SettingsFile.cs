using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Umbra.Configuration;

/// <summary>Reads a YAML or JSON file (JSON is YAML) into values with their line numbers; meaning is <see
/// cref="SettingsLoader"/>'s.</summary>
internal static class SettingsFile
{
    private const int MaxBytes = 256 * 1024;

    public static IEnumerable<SettingValue> Read(string path, ICollection<SettingError> errors)
    {
        YamlStream yaml = [];
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                errors.Add(new SettingError(new SettingSource(path), $"the file is larger than {ByteSize.Format(MaxBytes)}"));
                return [];
            }

            using StreamReader reader = new(path, Encoding.UTF8);
            yaml.Load(reader);
        }
        catch (YamlException exception)
        {
            string reason = exception.InnerException?.Message ?? exception.Message;
            errors.Add(new SettingError(SettingSource.File(path, exception.Start.Line), $"not YAML or JSON: {reason}"));
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add(new SettingError(new SettingSource(path), $"cannot be read: {exception.Message}"));
            return [];
        }

        return yaml.Documents.Count == 0 ? [] : ReadRoot(path, yaml, errors);
    }

    private static List<SettingValue> ReadRoot(string path, YamlStream yaml, ICollection<SettingError> errors)
    {
        YamlNode root = yaml.Documents[0].RootNode;
        if (yaml.Documents.Count > 1 || root is not YamlMappingNode mapping)
        {
            errors.Add(new SettingError(SettingSource.File(path, root.Start.Line), "one list of 'key: value' is expected"));
            return [];
        }

        List<SettingValue> values = [];
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            SettingSource source = SettingSource.File(path, key.Start.Line);
            string name = (key as YamlScalarNode)?.Value ?? key.ToString();
            if (ReadItems(value) is { } items)
            {
                values.Add(new SettingValue(name, items, source));
            }
            else
            {
                errors.Add(new SettingError(source, $"{name}: a value or a list of values is expected"));
            }
        }

        return values;
    }

    private static string[]? ReadItems(YamlNode node) => node switch
    {
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } => null,
        YamlScalarNode scalar => [scalar.Value ?? ""],
        YamlSequenceNode sequence when sequence.Children.All(child => child is YamlScalarNode) =>
            [.. sequence.Children.Select(child => ((YamlScalarNode)child).Value ?? "")],
        _ => null,
    };
}
