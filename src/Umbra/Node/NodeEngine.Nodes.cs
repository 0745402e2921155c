using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Core.Memory;
using Umbra.Sessions.Nodes;
using Umbra.Sessions.Shadowing;
using Umbra.Transports;
using Umbra.Transports.Listening;
using NodeState = Umbra.Api.NodeState;

namespace Umbra.Node;

/// <summary>The nodes this one knows, and how it reaches them.</summary>
internal sealed partial class NodeEngine
{
    public Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken)
    {
        if (_identity.State is not { } state)
        {
            return Task.FromResult<IReadOnlyList<NodeInfo>>([]);
        }

        NodeInfo self = new(Name, NodeState.Self, _settings.LinkListen, state.Identity.KeyHash, null, _incomingLinks);
        return Task.FromResult<IReadOnlyList<NodeInfo>>([self, .. state.Peers.All.Select(ToInfo)]);
    }

    public Task<InviteInfo> InviteNodeAsync(InviteRequest request, CancellationToken cancellationToken)
    {
        TimeSpan? lifetime = request.LifetimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        try
        {
            InviteToken token = RequireState().CreateInvite(lifetime);
            DateTimeOffset expiresAt = _time.GetUtcNow() + (lifetime ?? InviteStore.DefaultLifetime);
            return Task.FromResult(new InviteInfo(token.Reveal(), expiresAt, NodeAddresses.Reachable(_settings.LinkListen, null)));
        }
        catch (NodeStateException exception)
        {
            throw new NodeOperationException(ErrorCode.Conflict, exception.Message, inner: exception);
        }
    }

    public async Task<NodeInfo> JoinNodeAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        Sessions.Nodes.NodeState state = RequireState();
        EnrolmentClient client = new(state, _settings.LinkListen, _pool, _pool.Root);
        try
        {
            InviteToken token = InviteToken.Parse(request.Token);
            client.RequireMayJoin(token, request.Force);
            TransportAddress address = TransportAddress.Parse(request.Address);
            await using Stream stream = await _connectors.ConnectAsync(address, cancellationToken);
            return ToInfo(await client.JoinAsync(stream, token, address.ToString(), request.Force, cancellationToken));
        }
        catch (EnrolmentException exception)
        {
            throw new NodeOperationException(ErrorCode.Refused, exception.Message, inner: exception);
        }
        catch (IOException exception)
        {
            throw new NodeOperationException(ErrorCode.NodeUnreachable, exception.Message, "check the address, and whether the node there runs", exception);
        }
    }

    public Task RemoveNodeAsync(string name, CancellationToken cancellationToken) => RequireState().Peers.Remove(name)
        ? Task.CompletedTask
        : throw new NodeOperationException(ErrorCode.NodeNotFound, $"no node {name}", "see 'umbra node ls'");

    private NodeInfo ToInfo(Peer peer)
    {
        List<LinkSource> links = [.. _links.All.Where(l => NodeNames.Same(l.Target.Node!, peer.Name)).Select(l => l.Source)];
        NodeState state = links.Count == 0 ? NodeState.Known : links.Any(l => l.IsOpened) ? NodeState.Linked : NodeState.Unreachable;
        return new NodeInfo(peer.Name, state, peer.Addresses, peer.KeyHash, peer.EnrolledAt, links.Count(l => l.IsOpened));
    }

    private Sessions.Nodes.NodeState RequireState() => _identity.State
        ?? throw new NodeOperationException(ErrorCode.Conflict, "this node has no identity yet", "stop it, run 'umbra node init --name NAME', and start it again");

    private bool IsHere(string? node) => node is null || NodeNames.Same(node, Name);

    private LinkConnector ConnectorTo(string node) => async cancellationToken =>
    {
        Sessions.Nodes.NodeState state = _identity.State ?? throw new IOException("this node has no identity: run 'umbra node init --name NAME'");
        GateEntry place = _gate.TryEnter() ?? throw new IOException($"{_gate.Count} connections are open on this node (setting maxConnections)");
        (Stream stream, TransportDriver driver) = await ConnectAsync(new PeerConnector(state, _identity.Tls!, _connectors), node, place, cancellationToken);
        Account account = _drivers.Of(driver).Account.Open($"link to {node}", isWire: true);
        StreamDuplex duplex = new(stream, _driverMemory.Of(driver, account));
        account.Explain(driver.Tag, () => StreamDuplex.MostBytes);
        account.Recycle = why =>
        {
            _logger.LogWarning("link to {Node}: cut, to be connected again: {Reason}", node, why);
            duplex.Abort();
        };
        _openLinks[duplex] = (node, driver, duplex.Abort);
        LinkConnection link = new(duplex, node, new OpenLink(this, duplex, driver, account, place));
        if (IsEnrolled(node))
        {
            return link;
        }

        await link.DisposeAsync();
        throw new IOException($"{node} was removed while it was connected to");
    };

    /// <param name="place">Given back where nobody is reached.</param>
    private static async Task<(Stream Stream, TransportDriver Driver)> ConnectAsync(PeerConnector connector, string node, GateEntry place, CancellationToken cancellationToken)
    {
        try
        {
            return await connector.ConnectAsync(node, cancellationToken);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private sealed class OpenLink(NodeEngine engine, StreamDuplex duplex, TransportDriver driver, Account account, GateEntry place) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            engine._openLinks.TryRemove(duplex, out _);
            await duplex.DisposeAsync();
            place.Dispose();
            account.CloseAndTell($"driver {driver.Name}, {account.Name}", engine._logger);
        }
    }
}
