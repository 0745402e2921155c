using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Memory;
using Umbra.Testing;

namespace Umbra.Benchmarks.Crowd;

/// <summary>One small node with a test pattern, its owner's address, and addresses for shadowers. Where the machine allows it on a core of its own.</summary>
internal sealed class CrowdNode : IAsyncDisposable
{
    public const string Limit = "256MiB";

    private const string Session = "pat";
    private const string Other = "other";
    private const int Width = 1920;
    private const int Height = 1080;
    private const int ViewersOfEach = 10;

    /// <summary>Three quarters are for others than owners: the two hundred, and some to spare.</summary>
    private const string Connections = "280";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>By then a node that nobody looks at has given back all it can.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private readonly List<string> _shadows = [];
    private readonly HashSet<string> _log = [];

    private CrowdNode(NodeProcess process)
    {
        Process = process;
        Api = new NodeClient(process.ApiSocket, Patience);
    }

    public NodeProcess Process { get; }

    public NodeClient Api { get; }

    public EndPoint Owner { get; private set; } = null!;

    /// <summary>Cores of node and viewers; null where they share all there are.</summary>
    public string? Cores { get; private set; }

    public static async Task<CrowdNode> StartAsync(PatternKind pattern)
    {
        CrowdNode node = new(await NodeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["UMBRA_PROCESS_LIMIT"] = Limit,
            ["UMBRA_MAX_CONNECTIONS"] = Connections,
            ["UMBRA_MAX_SHADOWS_PER_SESSION"] = "100",
            ["UMBRA_LOG_LEVEL"] = "information",
        }));
        try
        {
            await node.PinAsync();
            await node.Api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, Session, new SizeInfo(Width, Height), Pattern: pattern), CancellationToken.None);
            TicketInfo ticket = await node.Api.IssueTicketAsync(Session, new TicketRequest(), CancellationToken.None);
            node.Owner = new UnixDomainSocketEndPoint(ticket.SocketPath!);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Addresses for so many viewers of a kind, one for each viewer; several viewers share one.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync(CrowdKind kind, int viewers)
    {
        List<string> addresses = [];
        while (addresses.Count < viewers)
        {
            StartShadowRequest request = new(Session, Listen: "127.0.0.1:0", NoPassword: true, Shadower: kind.ToString().ToLowerInvariant());
            ShadowInfo shadow = await Api.StartShadowAsync(request, CancellationToken.None);
            _shadows.Add(shadow.Id);
            addresses.AddRange(Enumerable.Repeat(shadow.Listen, Math.Min(ViewersOfEach, viewers - addresses.Count)));
        }

        return addresses;
    }

    /// <summary>Another session of an owner, which takes what shadowers had.</summary>
    public Task PressAsync() => Api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, Other, new SizeInfo(Width, Height)), CancellationToken.None);

    /// <summary>All shadows end, and the other session.</summary>
    public async Task CloseAsync()
    {
        foreach (SessionInfo session in (await Api.ListSessionsAsync(CancellationToken.None)).Where(session => session.Name == Other))
        {
            await Api.KillSessionAsync(session.Name, CancellationToken.None);
        }

        foreach (string id in _shadows)
        {
            await Api.StopShadowAsync(id, CancellationToken.None);
        }

        _shadows.Clear();
    }

    /// <summary>Lines of the node's log since this was asked last.</summary>
    public IReadOnlyList<string> ReadLog() => [.. Process.Process.Errors.ToString().Split('\n').Where(_log.Add)];

    /// <summary>When nothing has moved for a while.</summary>
    public async Task<CrowdIdle> RestAsync()
    {
        await Task.Delay(Quiet);
        CrowdIdle last = await ReadIdleAsync();
        for (Stopwatch waited = Stopwatch.StartNew(), same = Stopwatch.StartNew(); same.Elapsed < TimeSpan.FromSeconds(5) && waited.Elapsed < Patience;)
        {
            await Task.Delay(250);
            CrowdIdle now = await ReadIdleAsync();
            if ((now.Pool, now.Handles) != (last.Pool, last.Handles))
            {
                same.Restart();
            }

            last = now;
        }

        return last;
    }

    /// <summary>Bytes the process may have resident: its promise without the kernel's part, which belongs to no process's size.</summary>
    public async Task<(long Resident, long Pool)> ReadPromiseAsync()
    {
        PromiseInfo promise = await Api.GetPromiseAsync(CancellationToken.None);
        long Bound(PlanPart part) => promise.Lines.Single(line => line.Part == part).Bound;
        return (promise.Sum - Bound(PlanPart.Kernel), Bound(PlanPart.Pool));
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        if (!Process.Process.HasExited)
        {
            await Process.StopAsync();
        }

        await Process.DisposeAsync();
    }

    private async Task<CrowdIdle> ReadIdleAsync()
    {
        PoolInfo pool = await Api.GetPoolAsync(CancellationToken.None);
        ProcessCost cost = Process.Cost;
        return new CrowdIdle(pool.Bytes, pool.Tags.Sum(tag => tag.Outstanding), cost.ResidentBytes, cost.FileDescriptors, cost.Threads);
    }

    /// <summary>The node on the first core and this process on the others, so that two hundred viewers do not take the node's time.</summary>
    private async Task PinAsync()
    {
        if (await Umbra.Benchmarks.Cores.PinAsync(Umbra.Benchmarks.Cores.Serving, Process.Process.Id)
            && await Umbra.Benchmarks.Cores.PinAsync(Umbra.Benchmarks.Cores.Others, System.Environment.ProcessId))
        {
            Cores = $"the node on core {Umbra.Benchmarks.Cores.Serving}, all viewers on core {Umbra.Benchmarks.Cores.Others}";
        }
    }
}
