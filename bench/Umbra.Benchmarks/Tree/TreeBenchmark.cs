using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Benchmarks.Fanout;
using Umbra.Testing;

namespace Umbra.Benchmarks.Tree;

/// <summary>
/// One session, watched through four near nodes by more and more viewers: what the target node, which sends each picture once to each near node, notices of those behind them.
/// </summary>
internal sealed class TreeBenchmark(RunOptions options, CancellationToken cancellationToken)
{
    private const double WarmUp = 2;
    private static readonly (int Nears, int ViewersOfEach)[] Phases = [(1, 1), (4, 1), (4, 25), (4, 250)];

    public async Task<TreeReport> RunAsync()
    {
        Machine before = Machine.Read();
        using TempFolder folder = new();
        await using TreeNodes nodes = await TreeNodes.StartAsync(Phases.Max(phase => phase.Nears), Phases.Max(phase => phase.ViewersOfEach));
        List<TreeResult> results = [];

        // What is only slow the first time is nobody's cost.
        await MeasureAsync(nodes, folder, (4, 4));
        for (int repetition = 1; repetition <= options.Repetitions; repetition++)
        {
            foreach ((int Nears, int ViewersOfEach) phase in Phases)
            {
                await Console.Error.WriteLineAsync($"{repetition}/{options.Repetitions} {phase.ViewersOfEach} viewers at each of {phase.Nears}");
                results.Add(await MeasureAsync(nodes, folder, phase));
            }
        }

        return new TreeReport(options, before, Machine.Read(), results);
    }

    private async Task<TreeResult> MeasureAsync(TreeNodes nodes, TempFolder folder, (int Nears, int ViewersOfEach) phase)
    {
        NodeProcess[] nears = [.. nodes.Nears.Take(phase.Nears)];
        IReadOnlyList<string>[] addresses = await Task.WhenAll(nears.Select(near => TreeNodes.OpenAsync(near, phase.ViewersOfEach)));
        ViewerLoadOptions load = new(
            [.. addresses.SelectMany(some => some)], Sampled: 0, Slow: 0, Stuck: 0, Keys: 0, options.Quality,
            [nodes.Target.Process.Id, .. nears.Select(near => near.Process.Id)], WarmUp, options.Seconds, folder.Combine(Guid.NewGuid().ToString("N")));
        ViewerLoadResult result;
        long bytes;
        await using (ViewerProcess viewers = await ViewerProcess.StartAsync(load, cancellationToken))
        {
            result = await viewers.MeasureAsync(cancellationToken);
            using NodeClient api = new(nodes.Target.ApiSocket, TimeSpan.FromSeconds(30));
            PoolInfo pool = await api.GetPoolAsync(cancellationToken);
            bytes = pool.Tags.Sum(tag => tag.Bytes);
        }

        await nodes.CloseAsync();
        double[] rates = [.. result.Counts.Select(count => count.Updates / result.Seconds).Order()];
        return new TreeResult(
            phase.Nears, phase.ViewersOfEach, rates[rates.Length / 2], rates[0], result.ProcessorSeconds[0] / result.Seconds,
            result.ProcessorSeconds.Skip(1).Sum() / result.Seconds, bytes, result.Lost.Count);
    }
}
