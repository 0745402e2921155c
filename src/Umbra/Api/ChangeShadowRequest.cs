using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>Raises or lowers a shadow's mode; raising is decided by the target node again.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ChangeShadowRequest([property: JsonRequired] ShadowMode Mode);
