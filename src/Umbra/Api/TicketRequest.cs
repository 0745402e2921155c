using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>Asks for a one-time password for the session's owner.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TicketRequest(ShadowMode Mode = ShadowMode.Control);
