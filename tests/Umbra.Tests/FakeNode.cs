using Umbra.Api;
using Umbra.Memory;
using Umbra.Transports.Drivers;

namespace Umbra.Tests;

/// <summary>Node operations with made-up answers. Remembers the last request; <see cref="Failure"/> makes every operation fail.</summary>
internal sealed class FakeNode : INodeOperations
{
    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    public object? Last { get; private set; }

    public Exception? Failure { get; set; }

    public SessionInfo Session { get; set; } = new(
        "alice", "server-b", SessionKind.Desktop, SessionState.Active, Time, "alice's [bold]desktop[/]\u001b[31m", new SizeInfo(1280, 800),
            2, 1, ":17", 5 << 20);

    public ShadowInfo Shadow { get; set; } = new(
        "s1", "alice@server-b", ShadowMode.View, ShadowState.Active, "root", "127.0.0.1:5999", Time, "ticket 42", "secretpw",
            Time.AddMinutes(2));

    public PoolInfo Pool { get; set; } = new(
        4096, 8192, 0, 1L << 28,
        [new("Mdl ", "Mdl", "control messages", 5, 4, 1, 4096, 4096, 8192, 0), new("TdTc", "TdTcp", "Tdtcp", 7, 7, 0, 0, 0, 512, 2)],
        [
            new(1, "process", 0, 4096, 1, 8192, false, 1L << 30), new(2, "session alice", 1, 4096, 1, 8192, false, 1L << 29),
            new(3, "viewer \u001b[2J", 2, 4096, 1, 4096, true),
        ],
        0, 1L << 30);

    public PromiseInfo Promise { get; set; } = new(
        [new(PlanPart.Pool, "data memory", 96 << 20, "memoryLimit", 5 << 20), new(PlanPart.Kernel, "kernel socket buffers", 4 << 20, "maxConnections 256")],
        100 << 20, 60 << 20, 256 << 20);

    public VerifierInfo Verifier { get; set; } = new(
        true, [], 1, 3,
        [new("0xC2", "0x07", "Mdl ", 100, "BAD_POOL_CALLER 0xC2 (0x07, Mdl , 100 bytes): returned twice", "at Somebody.Rents()", 3, Time, Time.AddMinutes(1))],
        [
            new("TdPi", "Tdpipe", "driver Tdpipe / link", 2, 8192, Time, 61.5, "at Link.Reads()\nat Link.Runs()"),
            new("Mdl ", "control messages", "session alice / viewer \u001b[2J", 1, 100, Time, 2, ""),
        ],
        0, Time);

    public DriverInfo Driver { get; set; } = new(
        "Tdpipe", "pipe", ["pipe:///run/umbra/link.sock"], 3, new DriverFile("Umbra.Transports.dll", "0.1.0", Time, 10360, "0123456789abcdef"), DriverState.Running, 4, 9, 5 << 20, 2048,
        7, 1, new Dictionary<string, long> { ["refused"] = 2, ["reset"] = 1 });

    public IReadOnlyList<WireCheckInfo> Steps { get; set; } =
    [
        new("tcp://server-b:4711", "Tdtcp", "server-b", WireCheckPhase.RoundTrip, 0, 0.5, 4.25),
        new("tcp://server-b:4711", "Tdtcp", "server-b", WireCheckPhase.Done, 1, 0.5, 4.25, 0.2, 1.5, 100 << 20, 50 << 20, 3, 0.125),
    ];

    public Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken) => Answer(VersionInfo.Current("server-a"));

    public Task<IReadOnlyList<SessionInfo>> ListSessionsAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<SessionInfo>>([Session]);

    public Task<SessionInfo> StartSessionAsync(StartSessionRequest request, CancellationToken cancellationToken) =>
        Answer(Session with { Name = request.Name, Kind = request.Kind, Size = request.Size }, request);

    public Task<SessionInfo> GetSessionAsync(string name, CancellationToken cancellationToken) =>
        name == Session.Name ? Answer(Session)
            : throw new NodeOperationException(ErrorCode.SessionNotFound, $"no session {name}", "see 'umbra session ls'");

    public Task KillSessionAsync(string name, CancellationToken cancellationToken) => Answer(name, name);

    public Task<TicketInfo> IssueTicketAsync(string name, TicketRequest request, CancellationToken cancellationToken) =>
        Answer(new TicketInfo(name, "127.0.0.1:5901", "ticketpw", Time, request.Mode), request);

    public Task<ReadOnlyMemory<byte>> TakeSnapshotAsync(SessionAddress session, CancellationToken cancellationToken) =>
        Answer<ReadOnlyMemory<byte>>(Png, session);

    public Task<IReadOnlyList<ShadowInfo>> ListShadowsAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<ShadowInfo>>([Shadow with { Password = null }]);

    public Task<ShadowInfo> StartShadowAsync(StartShadowRequest request, CancellationToken cancellationToken) =>
        Answer(Shadow with { Session = request.Session, Mode = request.Mode, Reason = request.Reason }, request);

    public Task<ShadowInfo> GetShadowAsync(string id, CancellationToken cancellationToken) => Answer(Shadow with { Id = id, Password = null });

    public Task<ShadowInfo> IssueShadowTicketAsync(string id, CancellationToken cancellationToken) => Answer(Shadow with { Id = id, Password = "freshpw" }, id);

    public Task<ShadowInfo> ChangeShadowAsync(string id, ChangeShadowRequest request, CancellationToken cancellationToken) =>
        Answer(Shadow with { Id = id, Mode = request.Mode }, request);

    public Task StopShadowAsync(string id, CancellationToken cancellationToken) => Answer(id, id);

    public Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<NodeInfo>>([new("server-a", NodeState.Self, []),
            new("server-b", NodeState.Linked, ["tcp://10.0.0.2:4711"], "ab12", Time, 1)]);

    public Task<InviteInfo> InviteNodeAsync(InviteRequest request, CancellationToken cancellationToken) =>
        Answer(new InviteInfo("tok", Time, ["pipe:///run/umbra/link.sock"]), request);

    public Task<NodeInfo> JoinNodeAsync(JoinRequest request, CancellationToken cancellationToken) =>
        Answer(new NodeInfo("server-b", NodeState.Known, [request.Address]), request);

    public Task<NodeInfo> SetNodeAddressesAsync(string name, NodeAddressesRequest request, CancellationToken cancellationToken) =>
        Answer(new NodeInfo(name, NodeState.Known, request.Addresses), request);

    public Task RemoveNodeAsync(string name, CancellationToken cancellationToken) => Answer(name, name);

    public Task<PoolInfo> GetPoolAsync(CancellationToken cancellationToken) =>
        Answer(Pool);

    public Task<PromiseInfo> GetPromiseAsync(CancellationToken cancellationToken) => Answer(Promise);

    public Task<VerifierInfo> GetVerifierAsync(CancellationToken cancellationToken) => Answer(Verifier);

    public Task<VerifierInfo> StartVerifierAsync(VerifierRequest request, CancellationToken cancellationToken) =>
        Answer(Verifier with { Tags = request.Tags ?? [], Stacks = request.Stacks }, request);

    public Task StopVerifierAsync(CancellationToken cancellationToken) => Answer(0, "off");

    public Task<IReadOnlyList<DriverInfo>> ListDriversAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<DriverInfo>>([Driver, Driver with { Name = "Tdipx", Scheme = "ipx", State = DriverState.Refused, Problem = "of another contract" }]);

    public Task<DriverInfo> StartDriverAsync(string name, CancellationToken cancellationToken) => Answer(Driver, $"start {name}");

    public Task<DriverInfo> StopDriverAsync(string name, CancellationToken cancellationToken) => Answer(Driver with { State = DriverState.Stopped }, $"stop {name}");

    public Task<IAsyncEnumerable<WireCheckInfo>> CheckWireAsync(WireCheckRequest request, CancellationToken cancellationToken) => Answer(Steps.ToAsyncEnumerable(), request);

    private Task<T> Answer<T>(T value, object? request = null)
    {
        Last = request ?? Last;
        return Failure is null ? Task.FromResult(value) : Task.FromException<T>(Failure);
    }
}
