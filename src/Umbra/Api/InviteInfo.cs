namespace Umbra.Api;

/// <summary>A token that enrols one node, once.</summary>
/// <param name="Token">A secret.</param>
/// <param name="Addresses">Where the invited node can reach this one, best first.</param>
internal sealed record InviteInfo(string Token, DateTimeOffset ExpiresAt, IReadOnlyList<string> Addresses)
{
    /// <summary>Without the token, so that it cannot reach a log.</summary>
    public override string ToString() => $"invitation until {ExpiresAt:O}";
}
