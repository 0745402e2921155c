namespace Umbra.Sessions.Nodes;

/// <summary>
/// The nodes this node talks to: an explicit list on both sides. One record per name and per key. Every change is on disk before it holds.
/// Thread-safe.
/// </summary>
public sealed class PeerStore
{
    internal const string FileName = "peers.json";
    internal const int MaxPeers = 4096;
    private readonly StateDirectory _directory;
    private readonly Lock _gate;
    private volatile IReadOnlyList<Peer> _peers = [];

    internal PeerStore(StateDirectory directory, Lock gate)
    {
        _directory = directory;
        _gate = gate;
        Reload();
    }

    /// <summary>Raised after a peer was removed or replaced, so that its links can be cut.</summary>
    public event Action<Peer>? Lost;

    /// <summary>All of them, as they are now.</summary>
    public IReadOnlyList<Peer> All => _peers;

    public Peer? Find(string name) => _peers.FirstOrDefault(p => NodeNames.Same(p.Name, name));

    public Peer? FindByKey(string keyHash) => _peers.FirstOrDefault(p => p.KeyHash == keyHash);

    /// <summary>Forgets a peer: it gets nothing, and its name is free. False where it is not known.</summary>
    public bool Remove(string name)
    {
        Peer? peer;
        lock (_gate)
        {
            peer = Find(name);
            if (peer is null)
            {
                return false;
            }

            Save([.. _peers.Where(p => p != peer)]);
        }

        Announce([peer]);
        return true;
    }

    /// <summary>Where a peer is reached from now on, best first. Null where it is not known.</summary>
    public Peer? SetAddresses(string name, IReadOnlyList<string> addresses)
    {
        lock (_gate)
        {
            if (Find(name) is not { } peer)
            {
                return null;
            }

            Peer changed = peer with { Addresses = NodeAddresses.Of(addresses) };
            Save([.. _peers.Select(p => p == peer ? changed : p)]);
            return changed;
        }
    }

    /// <summary>Null where this name and key can be enrolled; else why not, in words for the one who asks.</summary>
    internal string? WhyNot(string name, string keyHash)
    {
        if (Find(name) is { } holder && holder.KeyHash != keyHash)
        {
            return $"the name {name} is taken by another node; choose another name, or remove that node here first";
        }

        return _peers.Count < MaxPeers ? null : "this node has as many peers as it can keep";
    }

    /// <summary>
    /// Takes the peer in, in place of any record with its name or its key. Returns those it replaced under another name or key.
    /// </summary>
    internal IReadOnlyList<Peer> Enrol(Peer peer)
    {
        lock (_gate)
        {
            Peer[] replaced = [.. _peers.Where(p => NodeNames.Same(p.Name, peer.Name) || p.KeyHash == peer.KeyHash)];
            Save([.. _peers.Except(replaced), peer]);
            return [.. replaced.Where(p => p.KeyHash != peer.KeyHash || !NodeNames.Same(p.Name, peer.Name))];
        }
    }

    /// <summary>Reads the file again after another change put it there. Returns those that are gone.</summary>
    internal IReadOnlyList<Peer> Reload()
    {
        IReadOnlyList<Peer> before = _peers;
        _peers = [.. StateJson.ReadList<Peer>(_directory, FileName).Where(p => p.RevokedAt is null)];
        return [.. before.Where(p => FindByKey(p.KeyHash) is null)];
    }

    /// <summary>Call without holding a lock.</summary>
    internal void Announce(IReadOnlyList<Peer> lost)
    {
        foreach (Peer peer in lost)
        {
            Lost?.Invoke(peer);
        }
    }

    private void Save(IReadOnlyList<Peer> peers)
    {
        _directory.Write(FileName, StateJson.Write(peers));
        _peers = peers;
    }
}
