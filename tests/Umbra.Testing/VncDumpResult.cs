namespace Umbra.Testing;

/// <summary>What <see cref="VncDump"/> saw: the last picture, updates and bytes received.</summary>
public sealed record VncDumpResult(BgrxImage Picture, int Updates, long Bytes);
