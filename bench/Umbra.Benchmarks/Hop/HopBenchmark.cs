using System.Diagnostics;
using System.Net;
using Umbra.Benchmarks.Fanout;
using Umbra.Testing;

namespace Umbra.Benchmarks.Hop;

/// <summary>
/// What the way through two nodes costs: how many steps of something drawn on server-b's desktop arrive in a second, and how long after they were drawn,
/// at a viewer through the link, at the same viewer straight on server-b, and at the same viewer on the desktop's own VNC server. The
/// phases are repeated in turn, so that a machine that is slower for a while is slower for all of them.
/// </summary>
internal sealed class HopBenchmark(RunOptions options, HopScene scene, CancellationToken cancellationToken)
{
    private const string Link = "through the link";
    private const string Direct = "straight on server-b";
    private const string Peer = "Xvnc alone";

    /// <summary>Left out at the beginning: code is compiled, budgets grow.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>The window is there, and has the keyboard.</summary>
    private static readonly TimeSpan BeforeTyping = TimeSpan.FromSeconds(1);

    public async Task<HopReport> RunAsync()
    {
        List<TwoNodes> pairs = [];

        // Built now: a key that is pressed before it runs would count for the one behind.
        await InteropProgram.XMoveAsync();
        try
        {
            foreach (string transport in scene.Links)
            {
                cancellationToken.ThrowIfCancellationRequested();
                pairs.Add(await TwoNodes.StartAsync(scene.Width, scene.Height, transport));
            }

            await using PeerServer peer = await PeerServer.StartXvncAsync(scene.Width, scene.Height);
            EndPoint xvnc = IPEndPoint.Parse((await peer.OpenAsync(1))[0]);
            List<HopCast> casts =
            [
                .. pairs.Zip(scene.Links).SelectMany(pair => CastsOf(pair.First, pair.Second)),
                new(pairs[0], "", pairs[0].Display, [(Direct, pairs[0].Direct)]),
                new(pairs[0], "", peer.Display, [(Peer, xvnc)]),
            ];
            Machine before = Machine.Read();
            List<PhaseResult> results = await RepeatAsync(casts);
            List<LineGoodput> goodput = await GoodputAsync();
            return new HopReport(options, scene, before, Machine.Read(), results, goodput);
        }
        finally
        {
            foreach (TwoNodes pair in pairs)
            {
                await pair.DisposeAsync();
            }
        }
    }

    /// <summary>Who looks through a link, beside somebody who does not, and alone.</summary>
    private static HopCast[] CastsOf(TwoNodes nodes, string transport) =>
    [
        new(nodes, transport, nodes.Display, [(Link, nodes.Shadow), (Direct, nodes.Direct)]),
        new(nodes, transport, nodes.Display, [(Link, nodes.Shadow)]),
    ];

    private async Task<List<PhaseResult>> RepeatAsync(IReadOnlyList<HopCast> casts)
    {
        List<PhaseResult> results = [];
        for (int repetition = 1; repetition <= options.Repetitions; repetition++)
        {
            foreach (Workload workload in scene.Workloads)
            {
                foreach (HopCast cast in casts.Where(cast => cast.Viewers.Count == 1 || !workload.IsTyped))
                {
                    await Console.Error.WriteLineAsync(
                        $"{repetition}/{options.Repetitions} {workload.Name}: {string.Join(", ", cast.Viewers.Select(viewer => viewer.Name))} {cast.Transport}");
                    results.AddRange(await MeasureAsync(workload, cast));
                }
            }
        }

        return results;
    }

    /// <summary>Of lines alone, where there are any: the same lines without nodes.</summary>
    private async Task<List<LineGoodput>> GoodputAsync()
    {
        List<LineGoodput> results = [];
        for (int repetition = 1; repetition <= options.Repetitions; repetition++)
        {
            foreach (string transport in scene.Links.Where(TwoNodes.IsSerial))
            {
                await Console.Error.WriteLineAsync($"{repetition}/{options.Repetitions} goodput: {transport}");
                results.Add(await LineGoodput.MeasureAsync(transport, TimeSpan.FromSeconds(options.Seconds), cancellationToken));
            }
        }

        return results;
    }

    /// <summary>Presses keys for nearly as long as somebody draws.</summary>
    /// <returns>When the key of each step was pressed. The first step comes without one.</returns>
    private async Task<SortedDictionary<uint, long>> TypeAsync(StepViewer viewer, double rate, TimeSpan length)
    {
        SortedDictionary<uint, long> pressed = [];
        await Task.Delay(BeforeTyping, cancellationToken);
        long begun = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1 / rate));
        while (Stopwatch.GetElapsedTime(begun) < length - (2 * BeforeTyping) && await timer.WaitForNextTickAsync(cancellationToken))
        {
            pressed[(uint)pressed.Count + 2] = viewer.PressKey();
        }

        return pressed;
    }

    private async Task<List<PhaseResult>> MeasureAsync(Workload workload, HopCast cast)
    {
        List<StepViewer> viewers = [];
        try
        {
            foreach ((_, EndPoint server) in cast.Viewers)
            {
                viewers.Add(await StepViewer.StartAsync(server, options.Quality));
            }

            var before = cast.Nodes.ProcessorTime;
            long begun = Stopwatch.GetTimestamp();
            TimeSpan length = WarmUp + TimeSpan.FromSeconds(options.Seconds);
            Task<SortedDictionary<uint, long>> drawing = workload.RunAsync(cast.Display, length, cancellationToken);
            SortedDictionary<uint, long> begins = workload.IsTyped ? await TypeAsync(viewers[0], workload.Rate, length) : await drawing;
            SortedDictionary<uint, long> drawn = await drawing;
            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            var after = cast.Nodes.ProcessorTime;
            Window window = Window.Of(drawn, WarmUp);
            List<IReadOnlyDictionary<uint, long>> seen = [.. viewers.Select(viewer => viewer.Stop())];
            return
            [
                .. cast.Viewers.Select((viewer, i) => new PhaseResult(
                    workload.Name,
                    cast.Viewers.Count > 1 ? $"{viewer.Name}, beside the other" : viewer.Name,
                    cast.Transport,
                    window.Rate(drawn),
                    window.Rate(seen[i]),
                    window.Difference(seen[i], begins),
                    viewer.Name == Link && cast.Viewers.Count > 1 ? window.Difference(seen[i], seen[1]) : null,
                    viewers[i].Bytes / Math.Max(1, viewers[i].Updates),
                    (after.Near - before.Near) / took,
                    (after.Target - before.Target) / took)),
            ];
        }
        finally
        {
            viewers.ForEach(viewer => viewer.Dispose());
        }
    }
}
