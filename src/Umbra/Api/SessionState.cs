using System.Text.Json.Serialization;

namespace Umbra.Api;

[JsonConverter(typeof(CamelCaseEnumConverter<SessionState>))]
internal enum SessionState
{
    /// <summary>No picture has come yet.</summary>
    Starting,
    Active,
    /// <summary>The source is lost and being retried; viewers see the last picture and a notice.</summary>
    Lost,
    Ended,
}
