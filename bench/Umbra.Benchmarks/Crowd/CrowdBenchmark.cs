using System.Diagnostics;
using Umbra.Api;

namespace Umbra.Benchmarks.Crowd;

/// <summary>
/// A node of 256 MiB whose owner is alone, and then one of two hundred and one: what of that the owner notices, what the node holds, who is sent away, and what is left
/// afterwards. In turn, so that a machine that is slower for a while is slower for both.
/// </summary>
internal sealed class CrowdBenchmark(RunOptions options, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private TimeSpan Length => TimeSpan.FromSeconds(options.Seconds);

    public async Task<CrowdReport> RunAsync()
    {
        Machine before = Machine.Read();
        List<CrowdSceneResult> results = [];
        foreach (CrowdScene scene in (CrowdScene[])[CrowdScene.Ordinary, CrowdScene.Film, CrowdScene.Pressing])
        {
            results.Add(await RunAsync(scene));
        }

        return new CrowdReport(options, before, Machine.Read(), results);
    }

    private async Task<CrowdSceneResult> RunAsync(CrowdScene scene)
    {
        await using CrowdNode node = await CrowdNode.StartAsync(scene.Pattern);
        using (await StepViewer.StartAsync(node.Owner, options.Quality))
        {
            await Task.Delay(Settle, cancellationToken);
        }

        CrowdIdle before = await node.RestAsync();
        List<CrowdResult> results = [];
        using (StepViewer owner = await StepViewer.StartAsync(node.Owner, options.Quality))
        {
            for (int repetition = 1; repetition <= options.Repetitions; repetition++)
            {
                await Console.Error.WriteLineAsync($"{repetition}/{options.Repetitions} {scene.Name}");
                await Task.Delay(Settle, cancellationToken);
                OwnerWindow alone = await MeasureAsync(owner);
                results.Add(await CrowdAsync(node, scene, owner, alone));
            }
        }

        CrowdIdle after = await node.RestAsync();
        PoolInfo pool = await node.Api.GetPoolAsync(CancellationToken.None);
        (long resident, long most) = await node.ReadPromiseAsync();
        return new CrowdSceneResult(scene.Name, results, before, after, pool.PeakBytes, most, resident, pool.Tags.Sum(tag => tag.Refused), node.Cores);
    }

    private async Task<CrowdResult> CrowdAsync(CrowdNode node, CrowdScene scene, StepViewer owner, OwnerWindow alone)
    {
        using CancellationTokenSource over = new();
        Task<long> watching = WatchMemoryAsync(node, over.Token);
        List<CrowdMember> crowd = [];
        try
        {
            foreach ((CrowdKind kind, int count) in scene.Viewers)
            {
                crowd.AddRange(await Task.WhenAll((await node.OpenAsync(kind, count)).Select((address, i) => CrowdMember.ComeAsync(kind, address, i, options.Quality))));
            }

            await Task.WhenAll(crowd.Select(member => member.GrowAsync()));
            await Task.Delay(Settle, cancellationToken);

            // The greedy grab at the beginning of what is measured, and then memory gets short: the owner must not notice that either.
            int[] updates = [.. crowd.Select(member => member.Updates)];
            TimeSpan busy = node.Process.Cost.ProcessorTime;
            Task<OwnerWindow> measuring = MeasureAsync(owner);
            await Task.WhenAll(crowd.Select(member => member.GrabAsync()));
            if (scene.IsPressing)
            {
                await Task.Delay(Length / 4, cancellationToken);
                await node.PressAsync();
            }

            OwnerWindow crowded = await measuring;
            double cores = (node.Process.Cost.ProcessorTime - busy) / crowded.Length;
            Sample readers = Sample.Of(crowd.Select((member, i) => (member, Rate: (member.Updates - updates[i]) / crowded.Length.TotalSeconds))
                .Where(reader => reader.member is { Kind: CrowdKind.Reader, End: null }).Select(reader => reader.Rate));
            string[] lost = [.. crowd.Where(member => member is { IsLetIn: true, End: not null }).Select(member => $"{member.Kind}: {member.End}")];
            string[] refused = [.. crowd.Where(member => !member.IsLetIn).Select(member => $"{member.Kind}: {member.End}")];
            IReadOnlyList<string> log = node.ReadLog();
            string[] shed = [.. log.Where(line => line.Contains(" shed: ", StringComparison.Ordinal)).Select(line => line.Split("shed: ")[1])];
            await over.CancelAsync();
            return new CrowdResult(
                scene.Name, alone.Rate, crowded.Rate, alone.Gap, crowded.Gap, readers.Median, cores, await watching, crowd.Count(member => member.IsLetIn), refused, shed, lost,
                [.. log.Where(line => line.Contains("memory", StringComparison.Ordinal))]);
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(crowd.Select(member => member.DisposeAsync().AsTask()));
            await node.CloseAsync();
        }
    }

    /// <summary>What the owner gets from now on.</summary>
    private async Task<OwnerWindow> MeasureAsync(StepViewer owner)
    {
        long begin = Stopwatch.GetTimestamp();
        await Task.Delay(Length, cancellationToken);
        return OwnerWindow.Of(owner.ReadSince(begin), begin, Stopwatch.GetTimestamp());
    }

    private static async Task<long> WatchMemoryAsync(CrowdNode node, CancellationToken over)
    {
        long most = 0;
        while (!over.IsCancellationRequested)
        {
            most = Math.Max(most, node.Process.Cost.ResidentBytes);
            await Task.Delay(Glance, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return most;
    }
}
