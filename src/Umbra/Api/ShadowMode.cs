using System.Text.Json.Serialization;

namespace Umbra.Api;

[JsonConverter(typeof(CamelCaseEnumConverter<ShadowMode>))]
internal enum ShadowMode
{
    View,
    Control,
}
