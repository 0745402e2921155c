using System.Diagnostics;

namespace Umbra.Testing;

/// <summary>What <see cref="VncDump"/> saw: the last picture, updates and bytes received.</summary>
/// <param name="LastUpdateAt">When the last update was complete, as <see cref="Stopwatch.GetTimestamp"/> tells the time on Linux.</param>
public sealed record VncDumpResult(BgrxImage Picture, int Updates, long Bytes, long LastUpdateAt);
