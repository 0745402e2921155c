using Umbra.Api;
using Umbra.Core.Memory;

namespace Umbra.Hosting;

/// <summary>A node without an engine: it has a memory pool and a version, and no sessions, nodes or drivers.</summary>
internal sealed class IdleNode(BufferPool pool) : INodeOperations
{
    public Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken) => Task.FromResult(VersionInfo.Current());

    public Task<IReadOnlyList<SessionInfo>> ListSessionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SessionInfo>>([]);

    public Task<SessionInfo> StartSessionAsync(StartSessionRequest request, CancellationToken cancellationToken) => throw NotSupported();

    public Task<SessionInfo> GetSessionAsync(string name, CancellationToken cancellationToken) => throw NoSession(name);

    public Task KillSessionAsync(string name, CancellationToken cancellationToken) => throw NoSession(name);

    public Task<TicketInfo> IssueTicketAsync(string name, TicketRequest request, CancellationToken cancellationToken) =>
        throw NoSession(name);

    public Task<ReadOnlyMemory<byte>> TakeSnapshotAsync(SessionAddress session, CancellationToken cancellationToken) =>
        throw NoSession(session.ToString());

    public Task<IReadOnlyList<ShadowInfo>> ListShadowsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ShadowInfo>>([]);

    public Task<ShadowInfo> StartShadowAsync(StartShadowRequest request, CancellationToken cancellationToken) =>
        throw NoSession(request.Session);

    public Task<ShadowInfo> GetShadowAsync(string id, CancellationToken cancellationToken) => throw NoShadow(id);

    public Task<ShadowInfo> ChangeShadowAsync(string id, ChangeShadowRequest request, CancellationToken cancellationToken) =>
        throw NoShadow(id);

    public Task StopShadowAsync(string id, CancellationToken cancellationToken) => throw NoShadow(id);

    public Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<NodeInfo>>([]);

    public Task<InviteInfo> InviteNodeAsync(InviteRequest request, CancellationToken cancellationToken) => throw NotSupported();

    public Task<NodeInfo> JoinNodeAsync(JoinRequest request, CancellationToken cancellationToken) => throw NotSupported();

    public Task RemoveNodeAsync(string name, CancellationToken cancellationToken) =>
        throw new NodeOperationException(ErrorCode.NodeNotFound, $"no node {name}");

    public Task<PoolInfo> GetPoolAsync(CancellationToken cancellationToken) => Task.FromResult(new PoolInfo(
        pool.Root.Bytes, pool.Root.PeakBytes, pool.KeptBytes, [.. pool.ReadTags().Select(PoolTagInfo.From)], pool.Root.Limit));

    public Task<IReadOnlyList<DriverInfo>> ListDriversAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DriverInfo>>([]);

    private static NodeOperationException NotSupported() => new(ErrorCode.NotSupported, "this node has no engine");

    private static NodeOperationException NoSession(string name) =>
        new(ErrorCode.SessionNotFound, $"no session {name}", "see 'umbra session ls'");

    private static NodeOperationException NoShadow(string id) => new(ErrorCode.ShadowNotFound, $"no shadow {id}", "see 'umbra shadow ls'");
}
