using Umbra.Core.Memory;

namespace Umbra.Api;

/// <summary>One tag's counters since the node started.</summary>
/// <param name="Tag">Four characters, as kernel pool tags have.</param>
/// <param name="Name">What takes memory under it.</param>
/// <param name="Outstanding">Blocks that are out.</param>
/// <param name="Refused">Rents refused at a limit.</param>
internal sealed record PoolTagInfo(string Tag, string Name, long Allocs, long Frees, long Outstanding, long Bytes, long PeakBytes,
    long Refused)
{
    public static PoolTagInfo From(TagUsage usage) => new(
        usage.Name, usage.Tag.ToString(), usage.Allocs, usage.Frees, usage.Outstanding, usage.Bytes, usage.PeakBytes, usage.Refused);
}
