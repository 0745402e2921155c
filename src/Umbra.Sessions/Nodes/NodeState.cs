using System.Security.Cryptography.X509Certificates;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// A running node's identity, peers and invites, which change together when it joins another node. Holds the state directory's lock, so
/// that one process uses it at a time. Thread-safe.
/// </summary>
public sealed class NodeState : IDisposable
{
    private readonly StateDirectory _directory;
    private readonly IDisposable _lock;
    private volatile NodeIdentity _identity;

    private NodeState(StateDirectory directory, IDisposable directoryLock, TimeProvider time)
    {
        _directory = directory;
        _lock = directoryLock;
        Time = time;
        _identity = NodeIdentity.LoadRenewed(directory, time);
        Peers = new PeerStore(directory, Gate);
        Invites = new InviteStore(directory, Gate, time);
    }

    /// <summary>Who this node is now. Never disposed while the node runs: a handshake may still be using an earlier one.</summary>
    public NodeIdentity Identity => _identity;

    public PeerStore Peers { get; }

    public InviteStore Invites { get; }

    public TimeProvider Time { get; }

    /// <summary>Held while more than one of them changes.</summary>
    internal Lock Gate { get; } = new();

    /// <exception cref="NodeStateException">No node there, another process has it, a file is damaged or open to other users.</exception>
    public static NodeState Open(string stateDirectory, TimeProvider time)
    {
        StateDirectory directory = StateDirectory.Open(stateDirectory);
        IDisposable directoryLock = directory.Lock();
        try
        {
            return new NodeState(directory, directoryLock, time);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Makes an invite. The token is shown once and kept nowhere.</summary>
    /// <exception cref="NodeStateException">This node is a member under another's authority, or the lifetime is out of range.</exception>
    public InviteToken CreateInvite(TimeSpan? lifetime = null)
    {
        lock (Gate)
        {
            if (!Identity.IsIssuer)
            {
                throw new NodeStateException($"{Identity.Name} joined {Identity.Issuer}, which invites for both; there: umbra node invite");
            }

            InviteToken token = InviteToken.Create(Identity.KeyHash);
            Invites.Add(token.PublicKeyHash, lifetime ?? InviteStore.DefaultLifetime);
            return token;
        }
    }

    public void Dispose()
    {
        _identity.Dispose();
        _lock.Dispose();
    }

    /// <summary>
    /// Null where this node can join the token's without losing anybody (joining the same again is how a member renews); else why not.
    /// </summary>
    internal string? WhyNotJoin(InviteToken token) => Peers.All.Count(p => p.KeyHash != token.InviterKeyHash) switch
    {
        0 => null,
        int live => $"{Identity.Name} has {live} enrolled peer(s), who would lose it; join from the other side, or use --force",
    };

    /// <summary>Becomes a member under the inviter's authority: certificate, authority, peers and invites in one step.</summary>
    internal void Adopt(Peer inviter, X509Certificate2 certificate, X509Certificate2 authority)
    {
        IReadOnlyList<Peer> lost;
        lock (Gate)
        {
            Dictionary<string, string?> files = Identity.MemberFiles(inviter.Name, certificate, authority);
            files[PeerStore.FileName] = StateJson.Write<IReadOnlyList<Peer>>([inviter]);
            files[InviteStore.FileName] = null;
            _directory.Commit(files);
            _identity = NodeIdentity.LoadRenewed(_directory, Time);
            lost = Peers.Reload();
            Invites.Reload();
        }

        Peers.Announce(lost);
    }
}
