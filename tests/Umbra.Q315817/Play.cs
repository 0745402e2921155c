using System.Diagnostics;
using System.Globalization;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Testing;

namespace Umbra.Q315817;

/// <summary>The three acts.</summary>
/// <param name="progress">Told of each sample of the act that is played.</param>
internal sealed class Play(string transport, Action<int, RunSample> progress)
{
    private const long SmallLimit = 96L << 20;
    private const double Gigabyte = 1e9;

    /// <summary>
    /// Growth in bytes that is nothing, even where the interval is narrow enough to tell it from zero: what the runtime takes once, as it compiles and its collector settles. The
    /// longer one looks the less it is a second, and what leaks soon is more: the article's driver keeps this much in two seconds.
    /// </summary>
    private const double Nothing = 8 << 20;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>For an act that waits for something to happen.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<RunSample> _samples = [];
    private readonly List<(double Seconds, string Text)> _marks = [];
    private readonly List<string> _findings = [];
    private readonly List<string> _failures = [];
    private Stopwatch _clock = Stopwatch.StartNew();

    private string Driver => transport == "tcp" ? "Tdtcp" : "Tdpipe";

    private BufferTag DriverTag => transport == "tcp" ? BufferTag.TdTcp : BufferTag.TdPipe;

    /// <summary>The defect of 1999 and nobody who looks: the pool fills until it has no more to give.</summary>
    public async Task<Act> DefectAsync(CancellationToken cancellationToken)
    {
        Begin();
        await using Scene scene = await Scene.StartAsync(new SceneOptions(transport, DriverFault.NeverFreed, IsProtected: false, SmallLimit), cancellationToken);
        await SampleUntilAsync(scene, 1, () => scene.Near.Pool.ReadTags().Any(tag => tag.Refused > 0), cancellationToken);
        TagUsage descriptors = Descriptors(scene);
        Mark("the pool is empty: 1999's machine stops here");
        _findings.Add(Text($"tag Mdl held {descriptors.PeakBytes / 1e6:0} of {SmallLimit / 1e6:0} MB after {_samples[^1].Gigabytes:0.00} GB: {descriptors.Allocs} allocations, {descriptors.Frees - descriptors.Reclaimed} of them given back"));
        Require(descriptors.PeakBytes > SmallLimit / 4, "the defect did not fill the pool");
        return End(1, $"{Driver} drops the frees of tag Mdl, nobody looks ({SmallLimit >> 20} MiB of pool)");
    }

    /// <summary>The same defect, and a node that watches over its memory.</summary>
    public async Task<Act> ProtectedAsync(CancellationToken cancellationToken)
    {
        Begin();
        await using Scene scene = await Scene.StartAsync(new SceneOptions(transport, DriverFault.NeverFreed, IsProtected: true, VerifyEvery: 64), cancellationToken);
        await SampleUntilAsync(scene, 2, () => scene.Suspicions.Count > 0, cancellationToken);
        double named = _samples[^1].Seconds;
        Require(scene.Suspicions.Count > 0, "the watchdog said nothing");
        PoolSuspicion? suspicion = scene.Suspicions.FirstOrDefault();
        Mark("the watchdog names tag and driver; the link is recycled");
        _findings.Add(suspicion?.Growth.ToString() ?? "");
        Require(suspicion?.Growth.Tag == BufferTag.Mdl && suspicion.Growth.Account.Driver == Driver, "the watchdog named somebody else");
        Require(suspicion?.Stacks.Any(stack => stack.Contains(nameof(FaultyStream), StringComparison.Ordinal)) == true, "the suspect's stack is not among those shown");

        long before = _samples.Max(s => s.Descriptors);
        await SampleUntilAsync(scene, 2, () => _clock.Elapsed.TotalSeconds > named + 12, cancellationToken);
        long least = _samples.Where(s => s.Seconds > named).Min(s => s.Descriptors);
        _findings.Add(Text($"the link was recycled after {named:0} s: tag Mdl fell from {before / 1e6:0.0} to {least / 1e6:0.0} MB, and pictures went on"));
        Require(least < before / 4, "what the link held was not taken back");
        Require(_samples[^1].Gigabytes > _samples.First(s => s.Seconds >= named).Gigabytes, "the shadow did not go on after it was recycled");
        Act act = End(2, "the same driver, protections on");
        double rate = act.OwnerRate(5, named);
        double during = act.OwnerRate(named, double.MaxValue);
        act = act with { Findings = [.. act.Findings, Text($"owner: {rate:0.0} updates/s before the link was recycled, {during:0.0} while and after")] };
        return during >= 0.7 * rate ? act : act with { Failures = [.. act.Failures, "the owner noticed"] };
    }

    /// <summary>The driver as it is.</summary>
    public async Task<Act> RealAsync(double gigabytes, CancellationToken cancellationToken)
    {
        Begin();
        await using Scene scene = await Scene.StartAsync(new SceneOptions(transport, DriverFault.None, IsProtected: true), cancellationToken);
        await SampleUntilAsync(scene, 3, () => scene.ShadowedBytes >= gigabytes * Gigabyte, cancellationToken, patience: TimeSpan.FromHours(12));
        RunSample[] half = [.. _samples.Skip(_samples.Count / 2)];
        Slope slope = Slope.Of([.. half.Select(s => (s.Seconds, (double)s.Resident))]);
        _findings.Add(Text($"{_samples[^1].Gigabytes:0.0} GB in {_samples[^1].Seconds:0} s; process memory over the last half: {slope.PerSecond / 1024:+0.0;-0.0} KiB/s, 95 % between {slope.Least / 1024:+0.0;-0.0} and {slope.Most / 1024:+0.0;-0.0}"));
        _findings.Add($"kernel handles over the last half: {half.Min(s => s.Handles)} to {half.Max(s => s.Handles)}; the watchdog spoke {scene.Suspicions.Count} times");
        Require(slope.Least <= 0 || slope.PerSecond * (half[^1].Seconds - half[0].Seconds) < Nothing, "process memory grows");
        Require(half.Max(s => s.Handles) - half.Min(s => s.Handles) <= 2, "kernel handles are not constant");
        Require(scene.Suspicions.Count == 0, "a false alarm");

        await scene.CloseAsync();
        await UntilEmptyAsync(scene);
        string left = string.Join(", ", scene.ReadTags().Where(IsLeft).Select(tag => $"{tag.Name}: {tag.Bytes}"));
        _findings.Add(left.Length == 0 ? "after it was closed: every tag of both pools is 0" : $"left after it was closed: {left}");
        Require(left.Length == 0, "something was left");
        return End(3, $"the real {Driver}");
    }

    /// <summary>Everything that goes on between two nodes, at once and for long: is there an alarm where there is no leak?</summary>
    public async Task<Act> MixedAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Begin();
        await using Scene scene = await Scene.StartAsync(new SceneOptions(transport, DriverFault.None, IsProtected: true), cancellationToken);
        MixedLoad load = new(scene);
        Task loading = load.RunAsync(cancellationToken);
        await SampleUntilAsync(scene, 4, () => _clock.Elapsed >= time || loading.IsCompleted, cancellationToken, time + Patience);
        load.Stop();
        await loading;
        IReadOnlyList<string> alarms = [.. scene.Near.Log.Lines.Concat(scene.Target.Log.Lines).Select(line => line.Text).Where(line => line.Contains("suspected", StringComparison.Ordinal) || line.Contains("reclaimed", StringComparison.Ordinal))];
        _findings.Add(Text($"{_clock.Elapsed.TotalMinutes:0.0} minutes of mixed load, {load.Visits} visits, {_samples[^1].Gigabytes:0.0} GB: {alarms.Count} alarms"));
        _failures.AddRange(alarms);
        return End(4, "mixed load, the real driver");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static TagUsage Descriptors(Scene scene) => scene.Near.Pool.ReadTags().Single(tag => tag.Tag == BufferTag.Mdl);

    private static bool IsLeft(TagUsage tag) => tag.Bytes != 0;

    private static async Task UntilEmptyAsync(Scene scene)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (scene.ReadTags().Any(IsLeft) && clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(100);
        }
    }

    private void Begin()
    {
        _samples.Clear();
        _marks.Clear();
        _findings.Clear();
        _failures.Clear();
        // What the act before has left to the collector is not this one's.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _clock = Stopwatch.StartNew();
    }

    private void Mark(string text) => _marks.Add((_clock.Elapsed.TotalSeconds, text));

    private void Require(bool condition, string failure)
    {
        if (!condition)
        {
            _failures.Add(failure);
        }
    }

    private Act End(int number, string title) => new(number, title, [.. _samples], [.. _marks], [.. _findings], [.. _failures]);

    private async Task SampleUntilAsync(Scene scene, int act, Func<bool> isOver, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        Stopwatch clock = Stopwatch.StartNew();
        do
        {
            await Task.Delay(Every, cancellationToken);
            ProcessCost cost = ProcessCost.Read(Environment.ProcessId);
            IReadOnlyList<TagUsage> tags = scene.Near.Pool.ReadTags();
            long descriptors = tags.Single(tag => tag.Tag == BufferTag.Mdl).Bytes;
            long driver = tags.Single(tag => tag.Tag == DriverTag).Bytes;
            RunSample sample = new(
                _clock.Elapsed.TotalSeconds, scene.ShadowedBytes / Gigabyte, descriptors, driver, tags.Sum(tag => tag.Bytes) - descriptors - driver,
                cost.ResidentBytes, cost.FileDescriptors, scene.OwnerUpdates);
            _samples.Add(sample);
            progress(act, sample);
        }
        while (!isOver() && clock.Elapsed < (patience ?? Patience));
        Require(clock.Elapsed < (patience ?? Patience), "it took too long");
    }
}
