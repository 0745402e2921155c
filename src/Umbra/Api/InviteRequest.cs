using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>Asks for a token with which one node may enrol.</summary>
/// <param name="LifetimeSeconds">How long it is good for; null is one hour.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record InviteRequest(int? LifetimeSeconds = null)
{
    public const int MaxLifetimeSeconds = 7 * 24 * 3600;

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public void Validate() =>
        Invalid.If(LifetimeSeconds is < 1 or > MaxLifetimeSeconds, $"an invitation cannot live {LifetimeSeconds} seconds",
            "give 1 second to 7 days");
}
