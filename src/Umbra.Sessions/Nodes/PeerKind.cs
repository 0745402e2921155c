namespace Umbra.Sessions.Nodes;

public enum PeerKind
{
    /// <summary>Gets nothing.</summary>
    Refused,
    /// <summary>An enrolled node.</summary>
    Peer,
    /// <summary>Holds an invite; may enrol and nothing else.</summary>
    Invite,
}
