using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Umbra.Sessions.Shadowing;

/// <summary>Everybody who may look into this node's sessions now, decided here, on the target node. Thread-safe.</summary>
public sealed class Grants(ShadowPolicy policy, TimeProvider time, ILogger logger)
{
    private readonly ConcurrentDictionary<string, Grant> _grants = new();
    private readonly Lock _gate = new();
    private int _lastId;

    public ShadowPolicy Policy => policy;

    public IEnumerable<Grant> All => _grants.Values.OrderBy(g => g.StartedAt);

    public Grant? Find(string id) => _grants.GetValueOrDefault(id);

    /// <summary>Decides, and keeps the grant where the answer is yes.</summary>
    public Decision TryGrant(Session? session, ShadowRequest request, out Grant? grant)
    {
        lock (_gate)
        {
            Decision decision = policy.Decide(session, request.Wanted, _grants.Values.Count(g => g.Session == session));
            grant = null;
            if (decision.IsGranted)
            {
                grant = new Grant($"g{++_lastId}", session!, request, decision.Granted, time.GetUtcNow(), this);
                _grants[grant.Id] = grant;
            }

            logger.LogInformation(
                "shadow of {Session} by {User} from {Node}: {Wanted} {Answer} by rule {Rule}; reason given: {Reason}",
                session?.Name ?? "(no such session)", request.User, request.FromNode, request.Wanted, decision.IsGranted ? "granted" : "refused", decision.Rule, request.Reason);
            return decision;
        }
    }

    /// <summary>Decides again for another mode; where the answer is no, nothing changes.</summary>
    public Decision ChangeMode(Grant grant, AccessMode wanted)
    {
        lock (_gate)
        {
            Decision decision = policy.Decide(grant.Session, wanted, others: 0);
            if (decision.IsGranted)
            {
                grant.SetMode(wanted);
                logger.LogInformation("shadow {Grant} of {Session} by {User}: mode is now {Mode}", grant.Id, grant.Session.Name, grant.Request.User, wanted);
            }

            return decision;
        }
    }

    /// <summary>Ends every grant of a session.</summary>
    public void EndAll(Session session, string text)
    {
        foreach (Grant grant in _grants.Values.Where(g => g.Session == session))
        {
            grant.End(text);
        }
    }

    internal void Remove(Grant grant) => _grants.TryRemove(grant.Id, out _);
}
