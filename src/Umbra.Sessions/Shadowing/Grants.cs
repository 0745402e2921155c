using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Umbra.Core.Link;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Shadowing;

/// <summary>Everybody who may look into this node's sessions now, decided here, on the target node. Thread-safe.</summary>
/// <param name="node">This node's name.</param>
public sealed class Grants(string node, ShadowPolicy policy, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// The most a near node may have of a session since this node's people changed a mode of its by hand: asking again, or over a new link, does not raise it.
    /// </summary>
    private readonly ConditionalWeakTable<Session, Dictionary<string, AccessMode>> _caps = [];
    private readonly ConcurrentDictionary<string, Grant> _grants = new();
    private readonly Lock _gate = new();
    private int _lastId;

    public ShadowPolicy Policy => policy;

    /// <summary>Why nobody new is let in now; null: they are.</summary>
    public string? ClosedFor { get; set; }

    public IEnumerable<Grant> All => _grants.Values.OrderBy(g => g.StartedAt);

    public Grant? Find(string id) => _grants.GetValueOrDefault(id);

    /// <summary>Decides, and keeps the grant where the answer is yes.</summary>
    public Decision TryGrant(Session? session, ShadowRequest request, out Grant? grant)
    {
        lock (_gate)
        {
            Decision decision = ClosedFor is { } why
                ? new Decision(AccessMode.Off, LinkReason.Shed, "memory", why)
                : policy.Decide(session, request.Wanted, CapOf(session, request.FromNode), _grants.Values.Count(g => g.Session == session));
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

    /// <summary>The shadower asks for another mode; where the answer is no, nothing changes.</summary>
    public Decision AskMode(Grant grant, AccessMode wanted)
    {
        lock (_gate)
        {
            return ChangeMode(grant, wanted, CapOf(grant.Session, grant.Request.FromNode));
        }
    }

    /// <summary>This node's people give or take control; it stands for all that the grant's near node asks of this session later.</summary>
    public Decision SetMode(Grant grant, AccessMode wanted)
    {
        lock (_gate)
        {
            Decision decision = ChangeMode(grant, wanted, AccessMode.Control);
            if (decision.IsGranted)
            {
                _caps.GetOrCreateValue(grant.Session)[grant.Request.FromNode] = wanted;
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

    private AccessMode CapOf(Session? session, string near) =>
        session is not null && !NodeNames.Same(near, node) && _caps.TryGetValue(session, out Dictionary<string, AccessMode>? caps)
            ? caps.GetValueOrDefault(near, AccessMode.Control)
            : AccessMode.Control;

    private Decision ChangeMode(Grant grant, AccessMode wanted, AccessMode cap)
    {
        Decision decision = policy.Decide(grant.Session, wanted, cap, others: 0);
        if (decision.IsGranted)
        {
            grant.SetMode(wanted);
            logger.LogInformation("shadow {Grant} of {Session} by {User}: mode is now {Mode}", grant.Id, grant.Session.Name, grant.Request.User, wanted);
        }

        return decision;
    }
}
