using System.Text.Json;

namespace Umbra.Sessions.Nodes;

/// <summary>The one way the state directory's JSON is written: indented, camel case, nothing missing and nothing unknown.</summary>
internal static class StateJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <exception cref="JsonException">Not what it should be.</exception>
    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException("empty");

    /// <summary>A list in a file; empty where there is no file.</summary>
    public static List<T> ReadList<T>(StateDirectory directory, string file)
    {
        try
        {
            return directory.Read(file) is { } text ? Read<List<T>>(text) : [];
        }
        catch (JsonException e)
        {
            throw new NodeStateException($"{directory.FilePath(file)} is damaged ({e.Message}); restore it from a backup", e);
        }
    }
}
