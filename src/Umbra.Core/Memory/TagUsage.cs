namespace Umbra.Core.Memory;

/// <summary>Counters of one tag since the pool was made. <c>Allocs - Frees</c> blocks are out.</summary>
/// <param name="Reclaimed">Of the frees, those the pool did in place of who should have; see <see cref="BufferPool.Reclaim"/>.</param>
/// <param name="Limit">Most bytes that may be out.</param>
public readonly record struct TagUsage(BufferTag Tag, long Allocs, long Frees, long Bytes, long PeakBytes, long Refused, long Reclaimed = 0, long Limit = long.MaxValue)
{
    public string Name => Tag.Name();

    /// <summary>Blocks that are out.</summary>
    public long Outstanding => Allocs - Frees;
}
