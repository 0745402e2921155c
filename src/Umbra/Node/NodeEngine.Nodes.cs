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

    public Task<NodeInfo> SetNodeAddressesAsync(string name, NodeAddressesRequest request, CancellationToken cancellationToken) =>
        RequireState().Peers.SetAddresses(name, request.Addresses) is { } peer ? Task.FromResult(ToInfo(peer)) : throw NoNode(name);

    public Task RemoveNodeAsync(string name, CancellationToken cancellationToken) => RequireState().Peers.Remove(name) ? Task.CompletedTask : throw NoNode(name);

    private static NodeOperationException NoNode(string name) => new(ErrorCode.NodeNotFound, $"no node {name}", "see 'umbra node ls'");

    private NodeInfo ToInfo(Peer peer)
    {
        List<LinkSource> links = [.. _links.All.Where(l => NodeNames.Same(l.Target.Node!, peer.Name)).Select(l => l.Source)];
        NodeState state = links.Count == 0 ? NodeState.Known : links.Any(l => l.IsOpened) ? NodeState.Linked : NodeState.Unreachable;
        return new NodeInfo(peer.Name, state, peer.Addresses, peer.KeyHash, peer.EnrolledAt, links.Count(l => l.IsOpened));
    }

    private Sessions.Nodes.NodeState RequireState() => _identity.State
        ?? throw new NodeOperationException(ErrorCode.Conflict, "this node has no identity yet", "stop it, run 'umbra node init --name NAME', and start it again");

    private bool IsHere(string? node) => node is null || NodeNames.Same(node, Name);

    /// <summary>Connects one link after the other, each at the best address there is at that time.</summary>
    private LinkConnector ConnectorTo(string node)
    {
        PeerConnection? better = null;
        return async cancellationToken =>
        {
            Sessions.Nodes.NodeState state = _identity.State ?? throw new IOException("this node has no identity: run 'umbra node init --name NAME'");
            GateEntry place = _gate.TryEnter() ?? throw new IOException($"{_gate.Count} connections are open on this node (setting maxConnections)");
            PeerConnector connector = new(state, _identity.Tls!, _connectors);
            PeerConnection reached = Interlocked.Exchange(ref better, null) ?? await ConnectAsync(connector, node, place, cancellationToken);
            TransportDriver driver = reached.Driver;
            Account account = _drivers.Of(driver).Account.Open($"link to {node}", isWire: true);
            StreamDuplex duplex = new(reached.Stream, _driverMemory.Of(driver, account));
            account.Explain(driver.Tag, () => StreamDuplex.MostBytes);
            account.Recycle = why =>
            {
                _logger.LogWarning("link to {Node}: cut, to be connected again: {Reason}", node, why);
                duplex.Abort();
            };
            _openLinks[duplex] = (node, driver, duplex.Abort);
            OpenLink open = new(this, duplex, driver, account, place);
            if (reached.Rank > 0)
            {
                open.Look(connector.ConnectBetterAsync(node, reached.Rank, open.Closing), found =>
                {
                    _logger.LogInformation("link to {Node}: goes on over {Driver}, which is there again, instead of {Other}", node, found.Driver.Name, driver.Name);
                    Interlocked.Exchange(ref better, found)?.Stream.Dispose();
                    _ = DropLaterAsync(found);
                });
            }

            LinkConnection link = new(duplex, node, open, open.Superseded);
            if (IsEnrolled(node))
            {
                return link;
            }

            await link.DisposeAsync();
            throw new IOException($"{node} was removed while it was connected to");
        };

        // Where the session ends just then, nobody connects again.
        async Task DropLaterAsync(PeerConnection found)
        {
            await Task.Delay(Linger, _time);
            if (Interlocked.CompareExchange(ref better, null, found) == found)
            {
                await found.Stream.DisposeAsync();
            }
        }
    }

    /// <param name="place">Given back where nobody is reached.</param>
    private static async Task<PeerConnection> ConnectAsync(PeerConnector connector, string node, GateEntry place, CancellationToken cancellationToken)
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
        private readonly CancellationTokenSource _closing = new();
        private readonly CancellationTokenSource _superseded = new();
        private Task _looking = Task.CompletedTask;

        /// <summary>Cancelled when it is disposed.</summary>
        public CancellationToken Closing => _closing.Token;

        public CancellationToken Superseded => _superseded.Token;

        /// <summary>Waits for a better way, hands it over, and lets this one end.</summary>
        public void Look(Task<PeerConnection> better, Action<PeerConnection> found)
        {
            _looking = LookAsync();

            async Task LookAsync()
            {
                try
                {
                    found(await better);
                    await _superseded.CancelAsync();
                }
                catch (OperationCanceledException)
                {
                    // The link ended first.
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _closing.CancelAsync();
            await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            engine._openLinks.TryRemove(duplex, out _);
            await duplex.DisposeAsync();
            place.Dispose();
            account.CloseAndTell($"driver {driver.Name}, {account.Name}", engine._logger);
            _closing.Dispose();
            _superseded.Dispose();
        }
    }
}
