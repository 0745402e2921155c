using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Sessions.FrontEnds;
using Umbra.Sessions.Nodes;
using Umbra.Sessions.Shadowing;
using Umbra.Transports;
using Umbra.Transports.Listening;
using Umbra.Transports.Tcp;
using Umbra.Transports.Tls;

namespace Umbra.Node;

/// <summary>Who connects here: viewers over RFB, other nodes over links.</summary>
internal sealed partial class NodeEngine
{
    private static readonly ConnectionLimits ViewerLimits = new(MaxConnections: 1024, MaxUnauthenticatedPerSecond: 200);
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<object, (string Peer, TransportDriver? Driver, Action Cut)> _openLinks = new();
    private int _incomingLinks;

    /// <summary>One accepted connection of another node, past TLS.</summary>
    public async Task ServeLinkAsync(ConnectionContext connection)
    {
        PeerIdentity peer = _identity.Tls!.IdentifyClient(connection.PeerCertificate());
        using CancellationTokenSource closing = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, _stopping.Token);
        using CancellationTokenRegistration abort = closing.Token.Register(connection.Abort);
        connection.Features.Get<GateEntry>()?.MarkAuthenticated();
        switch (peer.Kind)
        {
            case PeerKind.Peer:
                await ServePeerAsync(connection, peer.Peer!, closing.Token);
                break;
            case PeerKind.Invite:
                await EnrolAsync(connection, peer, closing.Token);
                break;
        }

        _ = AbortLaterAsync(connection);
    }

    /// <summary>What the peer was told last may still be on its way; one that does not take it must not keep the connection.</summary>
    private async Task AbortLaterAsync(ConnectionContext connection)
    {
        await Task.Delay(Linger, _time);
        connection.Abort();
    }

    /// <summary>A peer that was removed loses the links it has open, in both directions.</summary>
    private void CutLinks(Peer lost)
    {
        foreach ((string peer, _, Action cut) in _openLinks.Values)
        {
            if (NodeNames.Same(peer, lost.Name))
            {
                cut();
            }
        }
    }

    /// <summary>To be asked once more when a link can be cut: one of a peer that was removed just before was not.</summary>
    private bool IsEnrolled(string peer) => _identity.State!.Peers.Find(peer) is not null;

    private async Task ServePeerAsync(ConnectionContext connection, Peer peer, CancellationToken cancellationToken)
    {
        _openLinks[connection] = (peer.Name, TransportDrivers.Of(connection.LocalEndPoint), connection.Abort);
        Interlocked.Increment(ref _incomingLinks);
        try
        {
            if (!IsEnrolled(peer.Name))
            {
                return;
            }

            await ShadowStack.RunAsync(
                connection.Transport, Name, peer.Name, _pool, _sessions, _grants, _time, _loggers.CreateLogger<ShadowStack>(), cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _incomingLinks);
            _openLinks.TryRemove(connection, out _);
        }
    }

    private async Task EnrolAsync(ConnectionContext connection, PeerIdentity invited, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> addresses = NodeAddresses.Reachable(_settings.LinkListen, connection.LocalEndPoint);
        EnrolmentServer server = new(_identity.State!, addresses, _pool, _pool.Root, _loggers.CreateLogger<EnrolmentServer>());
        try
        {
            await using DuplexPipeStream stream = new(connection.Transport);
            await server.HandleAsync(stream, invited, cancellationToken);
        }
        catch (Exception exception) when (exception is ProtocolException or QuotaExceededException or IOException or OperationCanceledException)
        {
            _logger.LogInformation("enrolment ended: {Reason}", exception.Message);
        }
    }

    private async Task<(IPEndPoint Bound, IAsyncDisposable Listener)> ListenAsync(IPEndPoint endPoint, RfbAccess access, CancellationToken cancellationToken)
    {
        ListenerHost host = await ListenForViewersAsync(endPoint, access, cancellationToken);
        return ((IPEndPoint)host.EndPoint, host);
    }

    private async Task<ListenerHost> ListenForViewersAsync(EndPoint endPoint, RfbAccess access, CancellationToken cancellationToken)
    {
        try
        {
            return await _listeners.ListenAsync(
                endPoint, access.Session.AccountFor(access.IsOwner), connection => ServeViewerAsync(connection, access), ViewerLimits, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException or AddressInUseException)
        {
            throw new Api.NodeOperationException(
                Api.ErrorCode.Conflict, $"cannot listen on {endPoint}: {exception.Message}", "choose another address with --listen, or port 0 for any", exception);
        }
    }

    /// <summary>Whom a browser may look at, with a one-time password. Null: there is nothing of that name, or it needs no password.</summary>
    /// <param name="kind">"session", for its owner, or "shadow".</param>
    public RfbAccess? FindWebAccess(string kind, string name)
    {
        RfbAccess? access = kind == "session" ? _desks.GetValueOrDefault(name)?.Access : _shadows.Find(name)?.ViewerAccess;
        return access is { Tickets: not null } ? access with { IsLocal = true, Certificate = null } : null;
    }

    /// <summary>One viewer, from accept to close.</summary>
    public Task ServeViewerAsync(ConnectionContext connection, RfbAccess access)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: not AddressFamily.Unix } socket)
        {
            TcpKeepAlive.Set(socket);
        }

        return RfbConnection.RunAsync(connection, access, _time, _loggers.CreateLogger<RfbConnection>());
    }
}
