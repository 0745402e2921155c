using System.Net;
using Umbra.Testing;

namespace Umbra.Benchmarks.Stuck;

/// <summary>
/// Full-screen video through the link at one viewer: alone, beside a viewer that asks and never reads, and beside one that reads 10 KB/s. In turn, so that
/// a machine that is slower for a while is slower for all of them.
/// </summary>
internal sealed class StuckBenchmark(RunOptions options, CancellationToken cancellationToken)
{
    private const int Width = 1280;
    private const int Height = 800;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    /// <summary>Name and bytes read per second; null: nobody.</summary>
    private static readonly (string Name, int? BytesPerSecond)[] Companies = [("nobody", null), ("one that never reads", 0), ("one that reads 10 KB/s", 10_000)];

    public async Task<StuckReport> RunAsync()
    {
        Machine before = Machine.Read();
        List<StuckResult> results = [];
        await using TwoNodes nodes = await TwoNodes.StartAsync(Width, Height);

        // Memory that the first pictures take for good is nobody's growth.
        await MeasureAsync(nodes, Companies[0], 0);
        for (int repetition = 1; repetition <= options.Repetitions; repetition++)
        {
            double alone = 0;
            foreach ((string Name, int? BytesPerSecond) company in Companies)
            {
                await Console.Error.WriteLineAsync($"{repetition}/{options.Repetitions} beside {company.Name}");
                results.Add(await MeasureAsync(nodes, company, alone));
                alone = alone == 0 ? results[^1].Rate : alone;
            }
        }

        return new StuckReport(options, before, Machine.Read(), results);
    }

    /// <param name="alone">Steps per second without company; 0: this is that measurement.</param>
    private async Task<StuckResult> MeasureAsync(TwoNodes nodes, (string Name, int? BytesPerSecond) company, double alone)
    {
        using StepViewer viewer = await StepViewer.StartAsync(nodes.Shadow, options.Quality);
        (long Near, long Target) before = Resident(nodes);
        using CancellationTokenSource over = new();
        Task<(long Near, long Target)> watching = WatchMemoryAsync(nodes, over.Token);
        await using RfbTestClient? other = await ComeAsync(nodes.Shadow, company.BytesPerSecond);

        SortedDictionary<uint, long> drawn = await Workload.Video.RunAsync(nodes.Display, WarmUp + TimeSpan.FromSeconds(options.Seconds), cancellationToken);
        await over.CancelAsync();
        (long Near, long Target) most = await watching;
        Window window = Window.Of(drawn, WarmUp);
        IReadOnlyDictionary<uint, long> seen = viewer.Stop();
        double rate = window.Rate(seen);
        return new StuckResult(
            company.Name, rate, alone == 0 ? 1 : rate / alone, window.Difference(seen, drawn), most.Near - before.Near, most.Target - before.Target);
    }

    /// <summary>Connects, asks for much, and reads nothing or little of it.</summary>
    private async Task<RfbTestClient?> ComeAsync(EndPoint server, int? bytesPerSecond)
    {
        if (bytesPerSecond is not { } rate)
        {
            return null;
        }

        RfbTestOptions asks = new() { Server = server, Encodings = [7, 1, -32 + options.Quality, -223, -224], Decodes = false, BytesPerSecond = rate > 0 ? rate : null };
        RfbTestClient client = await RfbTestClient.ConnectAsync(asks, CancellationToken.None);
        if (rate > 0)
        {
            _ = client.WatchAsync(null, CancellationToken.None).ContinueWith(watching => watching.Exception, TaskScheduler.Default);
            return client;
        }

        await client.RequestAsync(isIncremental: false, CancellationToken.None);
        for (int i = 0; i < 100; i++)
        {
            await client.RequestAsync(isIncremental: true, CancellationToken.None);
        }

        return client;
    }

    private static async Task<(long Near, long Target)> WatchMemoryAsync(TwoNodes nodes, CancellationToken over)
    {
        (long Near, long Target) most = Resident(nodes);
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(Glance, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            (long near, long target) = Resident(nodes);
            most = (Math.Max(most.Near, near), Math.Max(most.Target, target));
        }

        return most;
    }

    private static (long Near, long Target) Resident(TwoNodes nodes) => (nodes.Near.Cost.ResidentBytes, nodes.Target.Cost.ResidentBytes);
}
