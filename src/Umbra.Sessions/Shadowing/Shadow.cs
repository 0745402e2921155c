using System.Net;
using Umbra.Sessions.FrontEnds;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// One shadow as the near node keeps it: a granted access, and the local RFB address its viewers connect to. Ends with <see cref="DisposeAsync"/>, or when
/// the target node ends it.
/// </summary>
public sealed class Shadow : IAsyncDisposable
{
    private readonly Func<ValueTask> _close;
    private int _closed;

    internal Shadow(string id, SessionReference target, Session session, IGrantedAccess access, ShadowRequest request, Tickets? tickets, DateTimeOffset startedAt, Func<ValueTask> close)
    {
        Id = id;
        Target = target;
        Session = session;
        Access = access;
        Request = request;
        Tickets = tickets;
        StartedAt = startedAt;
        _close = close;
    }

    public string Id { get; }

    public SessionReference Target { get; }

    /// <summary>The session as it is here: of this node, or the near end of a link.</summary>
    public Session Session { get; }

    public IGrantedAccess Access { get; }

    public ShadowRequest Request { get; }

    /// <summary>Null where no password is asked for.</summary>
    public Tickets? Tickets { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>What its viewers are given access to.</summary>
    public RfbAccess? ViewerAccess { get; internal set; }

    /// <summary>Where viewers connect.</summary>
    public IPEndPoint? EndPoint { get; internal set; }

    /// <summary>What viewers of this shadow are called in the session's list.</summary>
    public string ViewerName => $"{Request.User} (shadow {Id})";

    public IEnumerable<SessionViewer> Viewers => Session.Viewers.Where(v => v.Who == ViewerName);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            await _close();
        }
    }
}
