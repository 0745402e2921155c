namespace Umbra.Sessions.Nodes;

/// <summary>Who is at the other end of a TLS connection.</summary>
/// <param name="Peer">Set where it is an enrolled node.</param>
/// <param name="InviteKey">Set where it holds an invite: the hash of its public key.</param>
/// <param name="Reason">Set where it is refused. For our own log; the other side is never told.</param>
public sealed record PeerIdentity(PeerKind Kind, Peer? Peer, string? InviteKey, string? Reason)
{
    internal static PeerIdentity Of(Peer peer) => new(PeerKind.Peer, peer, null, null);

    internal static PeerIdentity OfInvite(string key) => new(PeerKind.Invite, null, key, null);

    internal static PeerIdentity Refused(string reason) => new(PeerKind.Refused, null, null, reason);
}
