using Umbra.Transports.Tests.Reliable;

namespace Umbra.Benchmarks.Loss;

/// <summary>One wire.</summary>
/// <param name="Rate">What it carries, in bits per second.</param>
/// <param name="Alone">As on a wire that nobody else uses.</param>
/// <param name="Fair">With congestion control; null: the wire has none.</param>
internal sealed record LossResult(string Wire, string Errors, double Rate, Goodput Alone, Goodput? Fair);
