using System.Net;
using Umbra.Api;
using Umbra.Core.Link;
using Umbra.Sessions;
using Umbra.Sessions.Shadowing;

namespace Umbra.Node;

/// <summary>Shadows from here, and grants on this node's sessions. Both have ids; the API knows them as one list.</summary>
internal sealed partial class NodeEngine
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    public Task<IReadOnlyList<ShadowInfo>> ListShadowsAsync(CancellationToken cancellationToken)
    {
        HashSet<IGrantedAccess> mine = [.. _shadows.All.Select(s => s.Access)];
        IEnumerable<ShadowInfo> fromElsewhere = _grants.All.Where(g => !mine.Contains(g)).Select(ToInfo);
        return Task.FromResult<IReadOnlyList<ShadowInfo>>([.. _shadows.All.Select(s => ToInfo(s)), .. fromElsewhere]);
    }

    public Task<ShadowInfo> GetShadowAsync(string id, CancellationToken cancellationToken) => Task.FromResult(
        _shadows.Find(id) is { } shadow ? ToInfo(shadow) : _grants.Find(id) is { } grant ? ToInfo(grant) : throw NoShadow(id));

    public async Task<ShadowInfo> StartShadowAsync(StartShadowRequest request, CancellationToken cancellationToken)
    {
        SessionAddress address = SessionAddress.Parse(request.Session);
        SessionReference target = new(address.Session, IsHere(address.Node) ? null : address.Node);
        IPEndPoint endPoint = request.Listen is null ? _settings.RfbListen : IPEndPoint.Parse(request.Listen);
        if (request.NoPassword && !IPAddress.IsLoopback(endPoint.Address))
        {
            throw new NodeOperationException(ErrorCode.Refused, $"rule no-password-on-loopback-only: {endPoint} can be reached from other machines", "give --listen 127.0.0.1:PORT, or leave out --no-password");
        }

        if (!IPAddress.IsLoopback(endPoint.Address) && _identity.State is null)
        {
            throw new NodeOperationException(
                ErrorCode.Refused, $"rule encryption-off-loopback: {endPoint} can be reached from other machines, and this node has no certificate",
                "listen on 127.0.0.1, or run 'umbra node init' first");
        }

        ShadowRequest wanted = new(ToAccess(request.Mode), request.Shadower ?? Environment.UserName, Name, request.Reason ?? "", endPoint.ToString());
        try
        {
            (Decision decision, Shadow? shadow) = await _shadows.OpenAsync(target, wanted, endPoint, !request.NoPassword, cancellationToken);
            Throw(decision, target);
            return WithTicket(shadow!);
        }
        catch (TimeoutException exception)
        {
            throw new NodeOperationException(ErrorCode.NodeUnreachable, exception.Message, "see 'umbra node ls', and whether the node runs", exception);
        }
    }

    public async Task<ShadowInfo> ChangeShadowAsync(string id, ChangeShadowRequest request, CancellationToken cancellationToken)
    {
        Shadow? shadow = _shadows.Find(id);
        IGrantedAccess access = shadow?.Access ?? _grants.Find(id) ?? throw NoShadow(id);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(AnswerTimeout);
        try
        {
            Decision decision = await access.AskModeAsync(ToAccess(request.Mode), patience.Token);
            Throw(decision, shadow?.Target ?? new SessionReference(id, null));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeOperationException(ErrorCode.NodeUnreachable, "the target node did not answer, and the mode stays as it was", "see 'umbra shadow ls'", exception);
        }

        return await GetShadowAsync(id, cancellationToken);
    }

    public Task<ShadowInfo> IssueShadowTicketAsync(string id, CancellationToken cancellationToken)
    {
        Shadow shadow = _shadows.Find(id) ?? throw (_grants.Find(id) is { } grant
            ? new NodeOperationException(ErrorCode.Refused, $"{id} is a shadow from {grant.Request.FromNode}", "its shadower connects there")
            : NoShadow(id));
        return Task.FromResult(WithTicket(shadow));
    }

    public async Task StopShadowAsync(string id, CancellationToken cancellationToken)
    {
        if (await _shadows.StopAsync(id))
        {
            return;
        }

        Grant grant = _grants.Find(id) ?? throw NoShadow(id);
        grant.End("the shadow was stopped on the target node");
    }

    private static AccessMode ToAccess(Api.ShadowMode mode) => mode == Api.ShadowMode.Control ? AccessMode.Control : AccessMode.View;

    private static Api.ShadowMode ToMode(AccessMode mode) => mode == AccessMode.Control ? Api.ShadowMode.Control : Api.ShadowMode.View;

    private static void Throw(Decision decision, SessionReference target)
    {
        if (decision.IsGranted)
        {
            return;
        }

        string rule = decision.Rule.Length > 0 ? $" (rule {decision.Rule})" : "";
        string status = decision.Reason.StatusCode() is { } code ? $" [{code}]" : "";
        throw decision.Reason switch
        {
            LinkReason.SessionNotFound => new NodeOperationException(ErrorCode.SessionNotFound, $"{target}: {decision.Text}{status}", "see 'umbra session ls' on that node"),
            LinkReason.TransportError => new NodeOperationException(ErrorCode.NodeUnreachable, $"{target}: {decision.Text}", "see 'umbra shadow ls'"),
            LinkReason.LimitReached => new NodeOperationException(ErrorCode.LimitReached, $"{target}: {decision.Text}{rule}", "end a shadow with 'umbra shadow stop'"),
            LinkReason.Shed => new NodeOperationException(ErrorCode.LimitReached, $"{target}: {decision.Text}{status}", "see 'umbra pool' on that node"),
            _ => new NodeOperationException(ErrorCode.Refused, $"{target}: {decision.Text}{rule}{status}", "ask who runs the session's node"),
        };
    }

    private ShadowInfo WithTicket(Shadow shadow) => shadow.Tickets is { } tickets
        ? ToInfo(shadow) with { Password = tickets.Issue(), PasswordExpiresAt = _time.GetUtcNow() + tickets.Lifetime }
        : ToInfo(shadow);

    private static NodeOperationException NoShadow(string id) => new(ErrorCode.ShadowNotFound, $"no shadow {id}", "see 'umbra shadow ls'");

    private static ShadowInfo ToInfo(Shadow shadow)
    {
        List<SessionViewer> viewers = [.. shadow.Viewers];
        string notice = shadow.Session.StateText.Length > 0 ? shadow.Session.StateText : (shadow.Session.Source as LinkSource)?.Notice ?? "";
        return new ShadowInfo(
            shadow.Id, shadow.Target.ToString(), ToMode(shadow.Access.Right.Mode),
            notice.Length > 0 ? ShadowState.Lost : ShadowState.Active,
            shadow.Request.User, shadow.EndPoint!.ToString(), shadow.StartedAt, shadow.Request.Reason,
            Viewers: viewers.Count, Frames: viewers.Sum(v => v.Counters.Updates), Bytes: viewers.Sum(v => v.Counters.Bytes),
            Notice: notice.Length > 0 ? notice : null);
    }

    private static ShadowInfo ToInfo(Grant grant) => new(
        grant.Id, grant.Session.Name, ToMode(grant.Right.Mode), ShadowState.Active,
        $"{grant.Request.User}@{grant.Request.FromNode}", "", grant.StartedAt, grant.Request.Reason);
}
