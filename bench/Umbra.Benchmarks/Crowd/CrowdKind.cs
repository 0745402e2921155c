namespace Umbra.Benchmarks.Crowd;

/// <summary>What a shadower in the crowd does.</summary>
internal enum CrowdKind
{
    /// <summary>Takes every update at once.</summary>
    Reader,

    /// <summary>Takes 10 KB/s.</summary>
    Slow,

    /// <summary>Asks, and never reads.</summary>
    Stuck,

    /// <summary>Reads quickly until much is sent to it at once, then asks for the whole picture in a format of its own and reads nothing of it.</summary>
    Greedy,
}
