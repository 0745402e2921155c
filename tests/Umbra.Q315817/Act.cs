namespace Umbra.Q315817;

/// <summary>What came of one act.</summary>
/// <param name="Title">What was played.</param>
/// <param name="Marks">When something happened: seconds, and what.</param>
/// <param name="Findings">For people, in order.</param>
/// <param name="Failures">What did not come out as it must; empty: all did.</param>
internal sealed record Act(
    int Number, string Title, IReadOnlyList<RunSample> Samples, IReadOnlyList<(double Seconds, string Text)> Marks, IReadOnlyList<string> Findings, IReadOnlyList<string> Failures)
{
    /// <summary>Updates per second the owner read between two moments.</summary>
    public double OwnerRate(double from, double until)
    {
        RunSample[] inside = [.. Samples.Where(s => s.Seconds >= from && s.Seconds <= until)];
        return inside.Length < 2 ? double.NaN : (inside[^1].OwnerUpdates - inside[0].OwnerUpdates) / (inside[^1].Seconds - inside[0].Seconds);
    }
}
