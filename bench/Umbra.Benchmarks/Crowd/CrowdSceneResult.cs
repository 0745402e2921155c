namespace Umbra.Benchmarks.Crowd;

/// <summary>A scene with all its repetitions, on a node of its own.</summary>
/// <param name="Before">At rest, after a first viewer has been there.</param>
/// <param name="After">At rest, when everybody is gone.</param>
/// <param name="PoolPeak">The most the pool ever held, in bytes.</param>
/// <param name="PromisedPool">The most it may hold.</param>
/// <param name="PromisedResident">The most the process may have resident.</param>
/// <param name="RefusedRents">Rents of the pool that were refused at a limit.</param>
internal sealed record CrowdSceneResult(string Scene, IReadOnlyList<CrowdResult> Repetitions, CrowdIdle Before, CrowdIdle After, long PoolPeak, long PromisedPool,
    long PromisedResident, long RefusedRents, string? Cores);
