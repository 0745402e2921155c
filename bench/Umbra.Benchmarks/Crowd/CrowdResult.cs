namespace Umbra.Benchmarks.Crowd;

/// <summary>One repetition with one scene.</summary>
/// <param name="Alone">The owner's updates per second with nobody else there.</param>
/// <param name="Crowded">The same in the crowd.</param>
/// <param name="AloneGap">The longest time between two updates of the owner, in milliseconds.</param>
/// <param name="CrowdedGap">The same in the crowd.</param>
/// <param name="ReaderRate">Updates per second that a reader got, the median of them.</param>
/// <param name="NodeCores">Cores the node was busy on in the crowd.</param>
/// <param name="Resident">The most resident bytes the node had.</param>
/// <param name="LetIn">Viewers that were let in.</param>
/// <param name="Refused">Why others were not.</param>
/// <param name="Shed">Who was shed for the others' sake, in order.</param>
/// <param name="Lost">Readers and slow ones that lost their connection, with what they saw of it.</param>
/// <param name="Log">What the node said of memory.</param>
internal sealed record CrowdResult(string Scene, double Alone, double Crowded, double AloneGap, double CrowdedGap, double ReaderRate, double NodeCores, long Resident, int LetIn,
    IReadOnlyList<string> Refused, IReadOnlyList<string> Shed, IReadOnlyList<string> Lost, IReadOnlyList<string> Log)
{
    public double Ratio => Crowded / Alone;
}
