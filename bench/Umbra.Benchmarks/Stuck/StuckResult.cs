namespace Umbra.Benchmarks.Stuck;

/// <summary>One phase of one repetition.</summary>
/// <param name="Company">Who looked beside the viewer that is measured.</param>
/// <param name="Rate">Steps per second that the measured viewer got.</param>
/// <param name="Ratio">The same, over what it got alone in this repetition.</param>
/// <param name="Latency">From a step drawn to the measured viewer having it, in milliseconds.</param>
/// <param name="NearGrowth">Bytes by which server-a's resident memory was at most above what it was before the company came.</param>
/// <param name="TargetGrowth">The same of server-b.</param>
internal sealed record StuckResult(string Company, double Rate, double Ratio, Sample Latency, long NearGrowth, long TargetGrowth);
