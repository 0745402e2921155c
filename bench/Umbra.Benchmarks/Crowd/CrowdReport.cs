using System.Globalization;

namespace Umbra.Benchmarks.Crowd;

internal sealed record CrowdReport(RunOptions Options, Machine Before, Machine After, IReadOnlyList<CrowdSceneResult> Results) : Report(Options, Before, After)
{
    protected override string Scene => $"1920x1080, JPEG quality level {Options.Quality}, node of {CrowdNode.Limit}, {Results[0].Cores ?? "node and viewers on the same cores"}";

    protected override string[] Columns =>
        ["shadowers", "owner alone, updates/s", "owner in the crowd", "ratio", "longest gap ms, alone", "in the crowd", "a reader's updates/s", "node's cores", "resident MiB", "shed", "refused"];

    protected override IEnumerable<string[]> Rows => Results.Select(scene => (string[])
    [
        scene.Scene,
        Spread(scene.Repetitions, result => result.Alone, "0.00"),
        Spread(scene.Repetitions, result => result.Crowded, "0.00"),
        Spread(scene.Repetitions, result => result.Ratio, "0.000"),
        Spread(scene.Repetitions, result => result.AloneGap, "0"),
        Spread(scene.Repetitions, result => result.CrowdedGap, "0"),
        Spread(scene.Repetitions, result => result.ReaderRate),
        Spread(scene.Repetitions, result => result.NodeCores, "0.00"),
        Spread(scene.Repetitions, result => result.Resident / 1048576.0, "0"),
        Spread(scene.Repetitions, result => result.Shed.Count, "0"),
        Spread(scene.Repetitions, result => result.Refused.Count, "0"),
    ]);

    protected override IEnumerable<string> Notes => Results.SelectMany(NotesOf);

    private static IEnumerable<string> NotesOf(CrowdSceneResult scene)
    {
        string Mega(long bytes) => (bytes / 1048576.0).ToString("0", CultureInfo.InvariantCulture);
        yield return $"{scene.Scene}:";
        yield return $"most resident {Mega(scene.Repetitions.Max(result => result.Resident))} MiB of the {Mega(scene.PromisedResident)} promised without the kernel's buffers, "
            + $"most in the pool {Mega(scene.PoolPeak)} of {Mega(scene.PromisedPool)} MiB, {scene.RefusedRents} rents refused";
        yield return $"at rest before: {scene.Before}";
        yield return $"at rest afterwards: {scene.After}";
        foreach (CrowdResult result in scene.Repetitions)
        {
            yield return $"{result.LetIn} let in; shed in this order: {Runs(result.Shed.Select(line => line.Split(' ')[0]))}; refused: {Runs(result.Refused.Order())}; felt it: {Runs(result.Lost.Order())}";
        }
    }

    /// <summary>"3 greedy, 1 slow, 2 greedy"; the order is kept.</summary>
    private static string Runs(IEnumerable<string> words)
    {
        List<(string Word, int Count)> runs = [];
        foreach (string word in words)
        {
            if (runs.Count > 0 && runs[^1].Word == word)
            {
                runs[^1] = (word, runs[^1].Count + 1);
            }
            else
            {
                runs.Add((word, 1));
            }
        }

        return runs.Count == 0 ? "nobody" : string.Join(", ", runs.Select(run => $"{run.Count} {run.Word}"));
    }
}
