namespace Umbra.Sessions.Shadowing;

/// <summary>
/// One act of looking in that this node has allowed, as the target node of the session. Lives in <see cref="Grants"/>; its mode only changes there. Thread-safe.
/// </summary>
public sealed class Grant : IGrantedAccess
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Grants _grants;

    internal Grant(string id, Session session, ShadowRequest request, AccessMode mode, DateTimeOffset startedAt, Grants grants)
    {
        Id = id;
        Session = session;
        Request = request;
        StartedAt = startedAt;
        Right = new AccessRight(session, mode);
        _grants = grants;
    }

    public string Id { get; }

    public Session Session { get; }

    public ShadowRequest Request { get; }

    public DateTimeOffset StartedAt { get; }

    public AccessRight Right { get; }

    /// <summary>Called with the new mode, once it is enforced.</summary>
    public event Action<AccessMode>? ModeChanged;

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
            _grants.Remove(this);
            Right.Mode = AccessMode.Off;
            _ended.Cancel();
        }
    }

    /// <summary>For this node's people; a near node asks with <see cref="Grants.AskMode"/>.</summary>
    public Task<Decision> AskModeAsync(AccessMode wanted, CancellationToken cancellationToken) => Task.FromResult(_grants.SetMode(this, wanted));

    public void Leave() => End();

    internal void SetMode(AccessMode mode)
    {
        Right.Mode = mode;
        ModeChanged?.Invoke(mode);
    }
}
