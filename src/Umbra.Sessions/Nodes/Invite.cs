namespace Umbra.Sessions.Nodes;

/// <summary>What this node keeps of an invite. The token itself is not kept and cannot be made from this.</summary>
/// <param name="Key">SHA-256 of the public key the token's holder will show, upper-case hex.</param>
/// <param name="UsedBy">Name of the node that enrolled with it; used once.</param>
public sealed record Invite(string Key, DateTimeOffset ExpiresAt, string? UsedBy = null);
