using Umbra.Api;

namespace Umbra.Demo;

/// <summary>What a demo came to. <see cref="IsClean"/>: no block of any tag is out on either node.</summary>
/// <param name="Frames">Pictures that arrived through the link.</param>
/// <param name="Bytes">Bytes sent to viewers on the near node.</param>
/// <param name="Connections">Viewers and links that were connected.</param>
/// <param name="Png">The picture taken through the link.</param>
internal sealed record DemoSummary(
    long Frames, long Bytes, double Seconds, int Connections, bool IsClean, IReadOnlyList<DemoPool> Pools, string? Png = null);

/// <summary>One node's pool after everything was closed; tags that were never used are left out.</summary>
internal sealed record DemoPool(string Node, IReadOnlyList<PoolTagInfo> Tags);
