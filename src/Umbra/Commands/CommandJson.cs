using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary>JSON that only the commands print; what comes from the API is printed in the API's own shapes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FailureInfo))]
[JsonSerializable(typeof(DoneInfo))]
[JsonSerializable(typeof(ReadyInfo))]
[JsonSerializable(typeof(SessionShowInfo))]
[JsonSerializable(typeof(Demo.DemoSummary))]
internal sealed partial class CommandJson : JsonSerializerContext
{
    /// <summary>The API's shapes, indented.</summary>
    public static ApiJson Api { get; } = new(Relaxed(isIndented: true));

    /// <summary>The API's shapes, one to a line.</summary>
    public static ApiJson ApiLine { get; } = new(Relaxed(isIndented: false));

    /// <summary>The commands' shapes, indented.</summary>
    public static CommandJson Own { get; } = new(Relaxed(isIndented: true));

    // The relaxed encoder leaves quotes and letters readable; control characters are escaped all the same.
    private static JsonSerializerOptions Relaxed(bool isIndented) =>
        new(ApiJson.Default.Options) { WriteIndented = isIndented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
