using System.Net.Sockets;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Memory;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Memory;

/// <summary>Shadowers that want more than there is: those that do not read go, the others and the owner notice nothing. `./run bench crowd` measures the same with two hundred.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class CrowdTests(ITestOutputHelper output)
{
    private const int Readers = 8;

    /// <summary>Each in a pixel format of its own: nothing of what they hold is shared.</summary>
    private const int Greedy = 24;

    /// <summary>Beside the first session they leave too little for all who are stuck, and so much that some may stay.</summary>
    private static readonly (string Name, SizeInfo Size)[] Others = [.. Enumerable.Range(1, 3).Select(i => ($"other{i}", new SizeInfo(1024, 640)))];

    /// <summary>Tight with JPEG.</summary>
    private static readonly int[] Usual = [7, 1, -24, -223, -224];

    [Fact]
    public async Task GreedyStuckViewers_MemoryShort_AreShedAndNobodyElseIs()
    {
        await using NodeProcess node = await NodeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["UMBRA_PROCESS_LIMIT"] = "256MiB",
            ["UMBRA_MEMORY_LIMIT"] = "64MiB",
            ["UMBRA_LOG_LEVEL"] = "information",
        });
        using NodeClient api = new(node.ApiSocket, NodePair.Patience);
        await api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat", new SizeInfo(1920, 1080)), CancellationToken.None);
        RfbTestOptions desk = RfbTestOptions.For((await api.IssueTicketAsync("pat", new TicketRequest(), CancellationToken.None)).SocketPath!) with { Encodings = Usual, Decodes = false };
        RfbTestOptions reading = RfbTestOptions.For((await StartShadowAsync(api, "reader")).Listen) with { Encodings = Usual, Decodes = false };
        RfbTestOptions grabbing = RfbTestOptions.For((await StartShadowAsync(api, "greedy")).Listen);

        // What the first visits bring for good is there after these.
        await VisitAsync(desk, reading, grabbing);
        Idle idle = await Idle.WaitAsync(node, api);

        long resident = 0;
        await using (WatchingViewer owner = await WatchingViewer.ConnectAsync(desk))
        {
            WatchingViewer[] readers = await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => WatchingViewer.ConnectAsync(reading)));
            RfbTestClient[] greedy = await Task.WhenAll(Enumerable.Range(0, Greedy).Select(i => RfbTestClient.ConnectGreedyAsync(grabbing, i, CancellationToken.None)));
            await Task.WhenAll(readers.Append(owner).Select(viewer => viewer.MoreUpdatesAsync(5)));
            await Task.WhenAll(greedy.Select(GrabAsync));

            // Owners' sessions take what the stuck ones have then. Once enough of those are gone a newcomer is let in again, so somebody asks all the time.
            Task<NodeOperationException> refusing = UntilRefusedAsync(api);
            foreach ((string name, SizeInfo size) in Others)
            {
                await api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, name, size), CancellationToken.None);
            }

            await Eventually.TrueAsync(() => Shed(node).Length > 0, "somebody is shed", () => node.Process.Errors.ToString());
            NodeOperationException refused = await refusing;
            Assert.Contains("is short of memory (", refused.Message, StringComparison.Ordinal);

            // Whoever reads goes on, for longer than what is left of the stuck ones could hold him up.
            for (int i = 0; i < 10; i++)
            {
                await Task.WhenAll(readers.Append(owner).Select(viewer => viewer.MoreUpdatesAsync(10)));
                resident = Math.Max(resident, node.Cost.ResidentBytes);
            }

            string[] shed = Shed(node);
            output.WriteLine($"{shed.Length} of {Greedy} were shed:\n{string.Join('\n', shed)}");
            Assert.All(shed, line => Assert.Matches(@"shed: greedy \(shadow s\d+\) of session pat: .* (is short of memory \(.*\)|has no memory left for .*); \d+ KiB were held for you, waiting for", line));

            await Task.WhenAll(greedy.Select(viewer => viewer.DisposeAsync().AsTask()));
            foreach ((string name, _) in Others)
            {
                // One by one, so that no further connection to the API stays open.
                await api.KillSessionAsync(name, CancellationToken.None);
            }

            await Eventually.TrueAsync(() => IsLetInAsync(api), "shadowers are let in again", () => node.Process.Errors.ToString());
            await using (WatchingViewer late = await WatchingViewer.ConnectAsync(reading))
            {
                await Task.WhenAll(readers.Append(owner).Append(late).Select(viewer => viewer.MoreUpdatesAsync(5)));
            }

            await Task.WhenAll(readers.Select(viewer => viewer.DisposeAsync().AsTask()));
        }

        PromiseInfo promise = await api.GetPromiseAsync(CancellationToken.None);
        PoolInfo pool = await api.GetPoolAsync(CancellationToken.None);
        output.WriteLine($"resident {resident >> 20} MiB of {InProcess(promise) >> 20}, pool {pool.PeakBytes >> 20} MiB of {pool.Limit >> 20}");
        Assert.InRange(resident, 1, InProcess(promise));
        await idle.ReturnsAsync(node, api, "the node");
        Assert.False(node.Process.Errors.ToString().Contains("fail:", StringComparison.Ordinal), node.Process.Errors.ToString());
    }

    /// <summary>What the kernel's buffers take belongs to no process's size.</summary>
    private static long InProcess(PromiseInfo promise) => promise.Sum - promise.Lines.Single(line => line.Part == PlanPart.Kernel).Bound;

    private static string[] Shed(NodeProcess node) => [.. node.Process.Errors.ToString().Split('\n').Where(line => line.Contains(" shed: ", StringComparison.Ordinal))];

    private static Task<ShadowInfo> StartShadowAsync(NodeClient api, string who) =>
        api.StartShadowAsync(new StartShadowRequest("pat", Listen: "127.0.0.1:0", NoPassword: true, Shadower: who), CancellationToken.None);

    /// <summary>Whether one may look in, who stops again.</summary>
    private static async Task<bool> IsLetInAsync(NodeClient api) => await AskAsync(api) is null;

    private static async Task<NodeOperationException> UntilRefusedAsync(NodeClient api)
    {
        NodeOperationException? refused = null;
        await Eventually.TrueAsync(async () => (refused = await AskAsync(api)) is not null, "a newcomer is turned away");
        return refused!;
    }

    /// <returns>Why somebody new may not look in; null where he may, and does not stay.</returns>
    private static async Task<NodeOperationException?> AskAsync(NodeClient api)
    {
        try
        {
            ShadowInfo shadow = await StartShadowAsync(api, "newcomer");
            await api.StopShadowAsync(shadow.Id, CancellationToken.None);
            return null;
        }
        catch (NodeOperationException exception) when (exception.Code == ErrorCode.LimitReached)
        {
            return exception;
        }
    }

    private static async Task VisitAsync(RfbTestOptions desk, RfbTestOptions reading, RfbTestOptions grabbing)
    {
        await using WatchingViewer owner = await WatchingViewer.ConnectAsync(desk);
        await using WatchingViewer reader = await WatchingViewer.ConnectAsync(reading);
        await using RfbTestClient greedy = await RfbTestClient.ConnectGreedyAsync(grabbing, 0, CancellationToken.None);
        await GrabAsync(greedy);
        await Task.WhenAll(owner.MoreUpdatesAsync(5), reader.MoreUpdatesAsync(5));
    }

    /// <summary>Some are shed while they still prepare.</summary>
    private static async Task GrabAsync(RfbTestClient viewer)
    {
        try
        {
            using CancellationTokenSource timeout = new(NodePair.Patience);
            await viewer.GrowAsync(timeout.Token);
            await viewer.GrabAsync(timeout.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
        }
    }
}
