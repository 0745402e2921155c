using System.Text.Json.Serialization;

namespace Umbra.Api;

[JsonConverter(typeof(CamelCaseEnumConverter<ShadowState>))]
internal enum ShadowState
{
    Connecting,
    Active,
    /// <summary>The link is lost and being retried.</summary>
    Lost,
    Ended,
}
