namespace Umbra.Api;

/// <summary>
/// What a node can be asked to do: one method per route. The engine implements it, <see cref="Client.NodeClient"/> implements it over the
/// API, and the commands use it without knowing which. Requests arrive validated. Failures a caller can understand are
/// <see cref="NodeOperationException"/>.
/// </summary>
internal interface INodeOperations
{
    Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken);

    Task<IReadOnlyList<SessionInfo>> ListSessionsAsync(CancellationToken cancellationToken);

    Task<SessionInfo> StartSessionAsync(StartSessionRequest request, CancellationToken cancellationToken);

    Task<SessionInfo> GetSessionAsync(string name, CancellationToken cancellationToken);

    Task KillSessionAsync(string name, CancellationToken cancellationToken);

    /// <summary>A one-time password for the session's owner, and how to connect.</summary>
    Task<TicketInfo> IssueTicketAsync(string name, TicketRequest request, CancellationToken cancellationToken);

    /// <summary>The newest picture of a session as PNG.</summary>
    Task<ReadOnlyMemory<byte>> TakeSnapshotAsync(SessionAddress session, CancellationToken cancellationToken);

    Task<IReadOnlyList<ShadowInfo>> ListShadowsAsync(CancellationToken cancellationToken);

    Task<ShadowInfo> StartShadowAsync(StartShadowRequest request, CancellationToken cancellationToken);

    Task<ShadowInfo> GetShadowAsync(string id, CancellationToken cancellationToken);

    /// <summary>The shadow with a new one-time password; without one where it asks for none.</summary>
    Task<ShadowInfo> IssueShadowTicketAsync(string id, CancellationToken cancellationToken);

    Task<ShadowInfo> ChangeShadowAsync(string id, ChangeShadowRequest request, CancellationToken cancellationToken);

    Task StopShadowAsync(string id, CancellationToken cancellationToken);

    Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken);

    Task<InviteInfo> InviteNodeAsync(InviteRequest request, CancellationToken cancellationToken);

    Task<NodeInfo> JoinNodeAsync(JoinRequest request, CancellationToken cancellationToken);

    /// <summary>Where a node is reached, best first. Links that are open stay where they are until they end.</summary>
    Task<NodeInfo> SetNodeAddressesAsync(string name, NodeAddressesRequest request, CancellationToken cancellationToken);

    Task RemoveNodeAsync(string name, CancellationToken cancellationToken);

    Task<PoolInfo> GetPoolAsync(CancellationToken cancellationToken);

    /// <summary>The most this node may ever hold.</summary>
    Task<PromiseInfo> GetPromiseAsync(CancellationToken cancellationToken);

    /// <summary>What watches the pool, and what it sees.</summary>
    Task<VerifierInfo> GetVerifierAsync(CancellationToken cancellationToken);

    /// <summary>Watches the pool from now on, and knows nothing of before.</summary>
    Task<VerifierInfo> StartVerifierAsync(VerifierRequest request, CancellationToken cancellationToken);

    Task StopVerifierAsync(CancellationToken cancellationToken);

    Task<IReadOnlyList<DriverInfo>> ListDriversAsync(CancellationToken cancellationToken);

    /// <summary>Sets a driver to work, and opens what it listened on.</summary>
    /// <param name="name">"Tdtcp" or "tcp".</param>
    Task<DriverInfo> StartDriverAsync(string name, CancellationToken cancellationToken);

    /// <summary>Ends a driver's connections, closes what it listens on, and takes back its memory; the others go on.</summary>
    /// <param name="name">"Tdtcp" or "tcp".</param>
    Task<DriverInfo> StopDriverAsync(string name, CancellationToken cancellationToken);

    /// <summary>Measures the way to another node. Tells again and again how far it is; what it tells last is the result. Fails before the first, or ends early.</summary>
    Task<IAsyncEnumerable<WireCheckInfo>> CheckWireAsync(WireCheckRequest request, CancellationToken cancellationToken);
}
