namespace Umbra.Sessions.Shadowing;

/// <summary>Who wants to look in and why.</summary>
/// <param name="FromNode">The near node; this node's own name for a shadower here.</param>
/// <param name="Address">Where the shadower's viewer will connect, as text.</param>
public sealed record ShadowRequest(AccessMode Wanted, string User, string FromNode, string Reason, string Address);
