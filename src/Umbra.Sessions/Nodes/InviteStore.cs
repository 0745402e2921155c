namespace Umbra.Sessions.Nodes;

/// <summary>
/// Invites that were given out. A use is on disk before it counts, so an invite works once even where the process is killed in between.
/// Thread-safe.
/// </summary>
public sealed class InviteStore
{
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(7);
    internal const string FileName = "invites.json";
    internal const int MaxOutstanding = 100;
    private readonly StateDirectory _directory;
    private readonly Lock _gate;
    private readonly TimeProvider _time;
    private volatile IReadOnlyList<Invite> _invites = [];

    internal InviteStore(StateDirectory directory, Lock gate, TimeProvider time)
    {
        _directory = directory;
        _gate = gate;
        _time = time;
        Reload();
    }

    /// <summary>Those that were used or can be, and some that have expired.</summary>
    public IReadOnlyList<Invite> All => _invites;

    /// <summary>Those that can still be used.</summary>
    public IReadOnlyList<Invite> Outstanding => [.. _invites.Where(IsOutstanding)];

    public bool IsOutstanding(string key) => _invites.Any(i => i.Key == key && IsOutstanding(i));

    /// <exception cref="NodeStateException">The lifetime is out of range, or too many are outstanding.</exception>
    internal Invite Add(string key, TimeSpan lifetime)
    {
        if (lifetime <= TimeSpan.Zero || lifetime > MaxLifetime)
        {
            throw new NodeStateException($"an invite lives more than nothing and at most {MaxLifetime.Days} days");
        }

        lock (_gate)
        {
            if (Outstanding.Count >= MaxOutstanding)
            {
                throw new NodeStateException($"{MaxOutstanding} invites are outstanding already; let some expire");
            }

            Invite invite = new(key, _time.GetUtcNow() + lifetime);
            // Spent ones stay until they would have expired anyway, so that people can see who used them.
            Save([.. _invites.Where(i => _time.GetUtcNow() < i.ExpiresAt), invite]);
            return invite;
        }
    }

    /// <summary>Spends an invite. Of any number of callers, one gets true.</summary>
    internal bool TryUse(string key, string usedBy)
    {
        lock (_gate)
        {
            if (!IsOutstanding(key))
            {
                return false;
            }

            Save([.. _invites.Select(i => i.Key == key ? i with { UsedBy = usedBy } : i)]);
            return true;
        }
    }

    internal void Reload() => _invites = StateJson.ReadList<Invite>(_directory, FileName);

    private bool IsOutstanding(Invite invite) => invite.UsedBy is null && _time.GetUtcNow() < invite.ExpiresAt;

    private void Save(IReadOnlyList<Invite> invites)
    {
        _directory.Write(FileName, StateJson.Write(invites));
        _invites = invites;
    }
}
