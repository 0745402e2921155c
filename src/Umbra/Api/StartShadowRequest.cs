using System.Net;
using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>Asks to look into a session.</summary>
/// <param name="Session">SESSION or SESSION@NODE.</param>
/// <param name="Reason">Why; kept with the shadow and shown to the target node.</param>
/// <param name="Listen">Local address for the viewer, <c>ip:port</c>; port 0 picks one, null is the node's default.</param>
/// <param name="NoPassword">Let a viewer in without password; loopback only.</param>
/// <param name="Shadower">Who looks, as the caller says; null is the node's own user.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StartShadowRequest(
    string Session,
    ShadowMode Mode = ShadowMode.View,
    string? Reason = null,
    string? Listen = null,
    bool NoPassword = false,
    string? Shadower = null)
{
    public const int MaxReasonLength = 512;
    public const int MaxShadowerLength = 128;

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>, or <see cref="ErrorCode.Refused"/> for an
    /// open door.</exception>
    public void Validate()
    {
        SessionAddress.Parse(Session);
        Invalid.If(Reason?.Length > MaxReasonLength, $"the reason is longer than {MaxReasonLength} characters");
        Invalid.If(Shadower is { } who && (who.Length is 0 or > MaxShadowerLength || who.Any(char.IsControl)),
            "the shadower's name is empty, too long or not plain text");
        IPEndPoint? listen = null;
        Invalid.If(Listen is not null && !IPEndPoint.TryParse(Listen, out listen), $"'{Listen}' is not an address to listen on",
            "give IP:PORT, for example 127.0.0.1:5999");
        if (NoPassword && listen is not null && !IPAddress.IsLoopback(listen.Address))
        {
            throw new NodeOperationException(ErrorCode.Refused,
                $"rule no-password-on-loopback-only: {listen} can be reached from other machines",
                "listen on 127.0.0.1, or leave out --no-password");
        }
    }
}
