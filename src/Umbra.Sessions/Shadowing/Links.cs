using Microsoft.Extensions.Logging;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// The near ends of this node's links: one session per (target node, session), shared by all shadowers here, opened for the first and closed after the last.
/// Thread-safe.
/// </summary>
public sealed class Links(string node, SessionDirectory sessions, Func<string, LinkConnector> connectorTo, Func<string, LinkSource, Session> createSession, TimeProvider time, ILogger logger)
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<SessionReference, (Session Session, LinkSource Source, int Users)> _open = [];

    /// <summary>The near ends that are open now.</summary>
    public IReadOnlyList<(SessionReference Target, LinkSource Source)> All
    {
        get
        {
            lock (_open)
            {
                return [.. _open.Select(o => (o.Key, o.Value.Source))];
            }
        }
    }

    /// <summary>The link's session, opened where it is not; every call is paid back by one <see cref="ReleaseAsync"/>.</summary>
    public async Task<(Session Session, LinkSource Source)> AcquireAsync(SessionReference target, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_open.TryGetValue(target, out (Session Session, LinkSource Source, int Users) link))
            {
                LinkSource source = new(target.Session, node, target.Node!, connectorTo(target.Node!), time, logger);
                link = (createSession(target.ToString(), source), source, 0);
                sessions.TryAdd(link.Session);
                link.Session.Start();
            }

            lock (_open)
            {
                _open[target] = link with { Users = link.Users + 1 };
            }

            return (link.Session, link.Source);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task ReleaseAsync(SessionReference target)
    {
        await _gate.WaitAsync();
        try
        {
            (Session Session, LinkSource Source, int Users) link = _open[target];
            lock (_open)
            {
                if (link.Users > 1)
                {
                    _open[target] = link with { Users = link.Users - 1 };
                    return;
                }

                _open.Remove(target);
            }

            await sessions.EndAsync(link.Session.Name);
        }
        finally
        {
            _gate.Release();
        }
    }
}
