namespace Umbra.Benchmarks.Fanout;

/// <summary>What a process full of viewers is to do.</summary>
/// <param name="Addresses">IP:PORT, one for each viewer: first those that count, then the slow, then the stuck.</param>
/// <param name="Sampled">So many of those that count read the step number in the picture as well.</param>
/// <param name="Keys">So many a second are pressed at one of the sampled; 0: none.</param>
/// <param name="Processes">Whose processor time is looked at in the same moments as the viewers.</param>
/// <param name="ResultFile">Where the result goes.</param>
internal sealed record ViewerLoadOptions(
    IReadOnlyList<string> Addresses, int Sampled, int Slow, int Stuck, int Keys, int? Quality, IReadOnlyList<int> Processes, double WarmUp, double Seconds, string ResultFile);
