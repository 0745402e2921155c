namespace Umbra.Sessions.Shadowing;

/// <summary>
/// One act of looking in that this node has allowed, as the target node of the session. Lives in <see cref="Grants"/>; its mode only changes there. Thread-safe.
/// </summary>
public sealed class Grant
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Action<Grant> _remove;
    private AccessMode _mode;

    internal Grant(string id, Session session, ShadowRequest request, AccessMode mode, DateTimeOffset startedAt, Action<Grant> remove)
    {
        Id = id;
        Session = session;
        Request = request;
        StartedAt = startedAt;
        _mode = mode;
        _remove = remove;
    }

    public string Id { get; }

    public Session Session { get; }

    public ShadowRequest Request { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Called with the new mode, before a lowered mode is reported to anybody.</summary>
    public event Action<AccessMode>? ModeChanged;

    public AccessMode Mode
    {
        get => _mode;
        internal set
        {
            _mode = value;
            ModeChanged?.Invoke(value);
        }
    }

    /// <summary>Cancelled when the grant is over.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why it ended, for the shadower; empty where the shadower left.</summary>
    public string EndText { get; private set; } = "";

    /// <summary>Ends the grant; further calls do nothing.</summary>
    public void End(string text = "")
    {
        if (!_ended.IsCancellationRequested)
        {
            EndText = text;
            _remove(this);
            _ended.Cancel();
        }
    }

    /// <summary>A seat that follows the grant's mode.</summary>
    public InputSeat OpenSeat() => new GrantSeat(this).Seat;

    private sealed class GrantSeat
    {
        public GrantSeat(Grant grant)
        {
            Seat = new InputSeat(grant.Session, grant.Mode);
            grant.ModeChanged += mode => Seat.Mode = mode;
        }

        public InputSeat Seat { get; }
    }
}
