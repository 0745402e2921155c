using System.Diagnostics;
using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Memory;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Memory;

/// <summary>Two nodes driven towards the worst their settings allow: they hold what they promised, all the time.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class PromiseTests(ITestOutputHelper output)
{
    private const int StuckViewers = 90;
    private static readonly TimeSpan Run = TimeSpan.FromSeconds(12);

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
            for (int i = 0; i < StuckViewers; i++)
            {
                int[] encodings = Encodings[i % Encodings.Length];
                stuck.Add(await ConnectStuckAsync((await pair.OwnerAsync("pat")) with { Encodings = encodings, Decodes = false }));
                stuck.Add(await ConnectStuckAsync(RfbTestOptions.For(shadow.Listen) with { Encodings = encodings, Decodes = false }));
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
