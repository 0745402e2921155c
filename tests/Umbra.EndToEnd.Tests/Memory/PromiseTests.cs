using System.Diagnostics;
using System.Net.Sockets;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Memory;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Memory;

/// <summary>Two nodes driven towards the worst their settings allow: they hold what they promised, all the time.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class PromiseTests(ITestOutputHelper output)
{
    private const int StuckViewers = 90;
    private static readonly TimeSpan Run = TimeSpan.FromSeconds(8);

    private static readonly int[][] Encodings = [[7, -26, -223, -224], [16, -223], [5, -223], [0, -223], [7, -30, -223, -224]];

    /// <summary>
    /// Full-screen changes of 1920x1080 with two viewers that take all they can, and many on both nodes that never read. Measured is the resident size, which
    /// must stay within what the lines promise without that of the kernel: its buffers belong to no process's size.
    /// </summary>
    [Fact]
    public async Task ManyStuckViewersAndALink_SmallNodes_StayWithinThePromise()
    {
        await using NodePair pair = await NodePair.StartAsync(processLimit: "256MiB");
        await pair.StartPatternAsync("pat", 1920, 1080);
        ShadowInfo shadow = await pair.ShadowAsync("pat");
        await using WatchingViewer owner = await WatchingViewer.ConnectAsync((await pair.OwnerAsync("pat")) with { Decodes = false });
        await using WatchingViewer shadower = await WatchingViewer.ConnectAsync(RfbTestOptions.For(shadow.Listen) with { Decodes = false });
        using CancellationTokenSource stop = new();
        Task<List<LoadSample>> sampling = SampleAsync(pair, stop.Token);
        List<RfbTestClient> stuck = [];
        try
        {
            RfbTestOptions[] addresses = [await pair.OwnerAsync("pat"), RfbTestOptions.For(shadow.Listen)];
            for (int i = 0; i < StuckViewers / Encodings.Length; i++)
            {
                stuck.AddRange(await Task.WhenAll(addresses.SelectMany(
                    address => Encodings.Select(encodings => ConnectStuckAsync(address with { Encodings = encodings, Decodes = false })))));
            }

            Stopwatch clock = Stopwatch.StartNew();
            while (clock.Elapsed < Run)
            {
                await Task.WhenAll(owner.MoreUpdatesAsync(5), shadower.MoreUpdatesAsync(5));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(stuck.Select(viewer => viewer.DisposeAsync().AsTask()));
        }

        LoadSample most = LoadSample.Most(await sampling);
        output.WriteLine($"{2 * StuckViewers} stuck viewers, most: {most}");
        await AssertKeptAsync(pair.Near, most.NearResident, most.NearPool, pair.NearApi.GetPromiseAsync(CancellationToken.None));
        await AssertKeptAsync(pair.Target, most.TargetResident, most.TargetPool, pair.TargetApi.GetPromiseAsync(CancellationToken.None));
    }

    /// <summary>Sessions that fill the pool, all in motion, each with viewers that never read: those who do not fit are turned away, and nothing grows beyond.</summary>
    [Fact]
    public async Task PoolFull_SmallNode_StaysWithinThePromise()
    {
        const int Sessions = 4;
        const int ViewersOfEach = 10;
        await using NodeProcess node = await NodeProcess.StartAsync(new Dictionary<string, string?> { ["UMBRA_PROCESS_LIMIT"] = "256MiB" });
        using NodeClient api = new(node.ApiSocket, NodePair.Patience);
        List<RfbTestClient?> stuck = [];
        long resident = 0;
        for (int i = 0; i < Sessions; i++)
        {
            string name = $"pat{i}";
            await api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, name, new SizeInfo(2200, 1300)), CancellationToken.None);
            TicketInfo ticket = await api.IssueTicketAsync(name, new TicketRequest(), CancellationToken.None);
            RfbTestOptions options = RfbTestOptions.For(ticket.SocketPath!) with { Decodes = false };
            stuck.AddRange(await Task.WhenAll(Enumerable.Range(0, ViewersOfEach)
                .Select(j => TryConnectStuckAsync(options with { Encodings = Encodings[j % Encodings.Length] }))));
            resident = Math.Max(resident, node.Cost.ResidentBytes);
        }

        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed < Run / 2; await Task.Delay(50))
        {
            resident = Math.Max(resident, node.Cost.ResidentBytes);
        }

        PoolInfo pool = await api.GetPoolAsync(CancellationToken.None);
        output.WriteLine($"{stuck.Count(viewer => viewer is not null)} of {stuck.Count} viewers were let in");
        Assert.True(pool.PeakBytes > pool.Limit / 10 * 9, $"the pool was never full: {pool.PeakBytes} of {pool.Limit}");
        await AssertKeptAsync(node, resident, pool.PeakBytes, api.GetPromiseAsync(CancellationToken.None));
        await Task.WhenAll(stuck.OfType<RfbTestClient>().Select(viewer => viewer.DisposeAsync().AsTask()));
    }

    /// <summary>Null where it was turned away.</summary>
    private static async Task<RfbTestClient?> TryConnectStuckAsync(RfbTestOptions options)
    {
        try
        {
            return await ConnectStuckAsync(options);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return null;
        }
    }

    private async Task AssertKeptAsync(NodeProcess node, long resident, long pool, Task<PromiseInfo> asked)
    {
        PromiseInfo promise = await asked;
        Assert.Equal(256 << 20, promise.ProcessLimit);
        long inProcess = promise.Sum - promise.Lines.Single(line => line.Part == PlanPart.Kernel).Bound;
        output.WriteLine($"resident {resident >> 20} MiB of {inProcess >> 20}, pool {pool >> 20} of {promise.Lines[0].Bound >> 20} MiB, threads {node.Cost.Threads}");
        Assert.InRange(resident, 1, inProcess);
        Assert.InRange(pool, 1, promise.Lines.Single(line => line.Part == PlanPart.Pool).Bound);
        Assert.DoesNotContain("OutOfMemory", node.Process.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", node.Process.Errors.ToString(), StringComparison.Ordinal);
    }

    private static async Task<RfbTestClient> ConnectStuckAsync(RfbTestOptions options)
    {
        using CancellationTokenSource timeout = new(NodePair.Patience);
        RfbTestClient viewer = await RfbTestClient.ConnectAsync(options, timeout.Token);
        await viewer.RequestAsync(isIncremental: false, timeout.Token);
        for (int i = 0; i < 20; i++)
        {
            await viewer.RequestAsync(isIncremental: true, timeout.Token);
        }

        return viewer;
    }

    private static async Task<List<LoadSample>> SampleAsync(NodePair pair, CancellationToken cancellationToken)
    {
        List<LoadSample> samples = [];
        while (!cancellationToken.IsCancellationRequested)
        {
            samples.Add(await LoadSample.ReadAsync(pair));
            await Task.Delay(50, CancellationToken.None);
        }

        return samples;
    }
}
