namespace Umbra.Benchmarks.Hop;

/// <summary>One viewer in one phase of one repetition. Milliseconds.</summary>
/// <param name="Transport">Of the link; empty where it plays no part.</param>
/// <param name="Drawn">Steps per second that were drawn.</param>
/// <param name="Rate">Of them, how many the viewer got.</param>
/// <param name="Latency">From a step drawn, or the key pressed that it is drawn for, to the viewer having it.</param>
/// <param name="Hop">How much later than the viewer straight on server-b, step by step; null where there was none beside it.</param>
/// <param name="BytesPerUpdate">What an update was, on average.</param>
/// <param name="NearLoad">Processor share of server-a in the whole phase; 1 is one core.</param>
/// <param name="TargetLoad">The same of server-b.</param>
internal sealed record PhaseResult(
    string Workload, string Viewer, string Transport, double Drawn, double Rate, Sample Latency, Sample? Hop, long BytesPerUpdate, double NearLoad, double TargetLoad);
