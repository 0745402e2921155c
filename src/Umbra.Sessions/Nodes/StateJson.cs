using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// The one way the state directory's JSON is written: indented, camel case, no field missing. Generated, so that it works without
/// reflection.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AboutNode))]
[JsonSerializable(typeof(IReadOnlyList<Peer>))]
[JsonSerializable(typeof(IReadOnlyList<Invite>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string?>))]
internal sealed partial class StateJson : JsonSerializerContext
{
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Info<T>());

    /// <exception cref="JsonException">Not what it should be.</exception>
    public static T Read<T>(string text) => JsonSerializer.Deserialize(text, Info<T>()) ?? throw new JsonException("empty");

    /// <summary>A list in a file; empty where there is no file.</summary>
    public static IReadOnlyList<T> ReadList<T>(StateDirectory directory, string file)
    {
        try
        {
            return directory.Read(file) is { } text ? Read<IReadOnlyList<T>>(text) : [];
        }
        catch (JsonException e)
        {
            throw new NodeStateException($"{directory.FilePath(file)} is damaged ({e.Message}); restore it from a backup", e);
        }
    }

    private static JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!;
}
