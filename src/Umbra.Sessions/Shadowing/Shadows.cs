using System.Collections.Concurrent;
using System.Net;
using Umbra.Sessions.FrontEnds;

namespace Umbra.Sessions.Shadowing;

/// <summary>Opens an RFB address at run time and serves <paramref name="access"/> on it; disposing closes it and its connections.</summary>
public delegate Task<(IPEndPoint Bound, IAsyncDisposable Listener)> RfbListen(IPEndPoint endPoint, RfbAccess access, CancellationToken cancellationToken);

/// <summary>The shadows that people on this node have open, into sessions here or on other nodes. Thread-safe.</summary>
public sealed class Shadows(SessionDirectory sessions, Grants grants, Links links, RfbListen listen, ShadowsOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Shadow> _shadows = new();
    private int _lastId;

    public IEnumerable<Shadow> All => _shadows.Values.OrderBy(s => s.StartedAt);

    public Shadow? Find(string id) => _shadows.GetValueOrDefault(id);

    /// <summary>Asks the target node and, where it says yes, opens the local address.</summary>
    /// <returns>The decision, and the shadow where it is granted.</returns>
    /// <exception cref="TimeoutException">The target node could not be reached in time.</exception>
    public async Task<(Decision Decision, Shadow? Shadow)> OpenAsync(
        SessionReference target, ShadowRequest request, IPEndPoint endPoint, bool withPassword, CancellationToken cancellationToken)
    {
        (Decision decision, Session? session, IGrantedAccess? access) = target.Node is null
            ? AskHere(target, request)
            : await AskThereAsync(target, request, cancellationToken);
        if (access is null)
        {
            return (decision, null);
        }

        try
        {
            return (decision, await ListenAsync(target, session!, access, request, endPoint, withPassword, cancellationToken));
        }
        catch
        {
            await LeaveAsync(target, access);
            throw;
        }
    }

    /// <summary>Ends a shadow. Returns false where there is none of that id.</summary>
    public async Task<bool> StopAsync(string id)
    {
        if (!_shadows.TryRemove(id, out Shadow? shadow))
        {
            return false;
        }

        await shadow.DisposeAsync();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Shadow shadow in All.ToList())
        {
            await StopAsync(shadow.Id);
        }
    }

    private (Decision, Session?, IGrantedAccess?) AskHere(SessionReference target, ShadowRequest request)
    {
        Session? session = sessions.Find(target.Session);
        Decision decision = grants.TryGrant(session, request, out Grant? grant);
        return (decision, session, grant);
    }

    private async Task<(Decision, Session?, IGrantedAccess?)> AskThereAsync(SessionReference target, ShadowRequest request, CancellationToken cancellationToken)
    {
        (Session session, LinkSource source) = await links.AcquireAsync(target, cancellationToken);
        LinkShadow shadow = source.Attach(request.Wanted, request.User, request.Reason, request.Address);
        try
        {
            Decision decision = await shadow.Answer.WaitAsync(options.AnswerTimeout, time, cancellationToken);
            if (decision.IsGranted)
            {
                return (decision, session, shadow);
            }

            await LeaveAsync(target, shadow);
            return (decision, null, null);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            string why = session.StateText;
            await LeaveAsync(target, shadow);
            throw exception is TimeoutException
                ? new TimeoutException($"{target.Node} did not answer within {options.AnswerTimeout.TotalSeconds:0} s{(why.Length > 0 ? $": {why}" : "")}")
                : exception;
        }
    }

    private async Task<Shadow> ListenAsync(
        SessionReference target, Session session, IGrantedAccess granted, ShadowRequest request, IPEndPoint endPoint, bool withPassword, CancellationToken cancellationToken)
    {
        string id = $"s{Interlocked.Increment(ref _lastId)}";
        Tickets? tickets = withPassword ? new Tickets(time, options.TicketLifetime) : null;
        IAsyncDisposable? listener = null;
        CancellationTokenSource stopped = CancellationTokenSource.CreateLinkedTokenSource(granted.Ended);
        Shadow shadow = new(id, target, session, granted, request, tickets, time.GetUtcNow(), CloseAsync);
        RfbAccess access = new()
        {
            Session = session,
            Who = shadow.ViewerName,
            IsOwner = false,
            OpenSeat = granted.Right.OpenSeat,
            Tickets = tickets,
            IsLocal = IPAddress.IsLoopback(endPoint.Address),
            Certificate = options.Certificate,
            WhyClosed = () => grants.ClosedFor,
            Encrypted = options.Encrypted,
            Ended = stopped.Token,
        };
        shadow.ViewerAccess = access;
        (shadow.EndPoint, listener) = await listen(endPoint, access, cancellationToken);
        _shadows[id] = shadow;
        granted.Ended.Register(() => _ = StopAsync(id));
        return shadow;

        async ValueTask CloseAsync()
        {
            await stopped.CancelAsync();
            await listener!.DisposeAsync();
            stopped.Dispose();
            await LeaveAsync(target, granted);
        }
    }

    private async Task LeaveAsync(SessionReference target, IGrantedAccess access)
    {
        access.Leave();
        if (target.Node is not null)
        {
            await links.ReleaseAsync(target);
        }
    }
}
