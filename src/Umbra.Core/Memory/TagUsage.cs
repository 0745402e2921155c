namespace Umbra.Core.Memory;

/// <summary>Counters of one tag since the pool was made. <c>Allocs - Frees</c> blocks are out.</summary>
public readonly record struct TagUsage(BufferTag Tag, long Allocs, long Frees, long Bytes, long PeakBytes, long Refused)
{
    public string Name => Tag.Name();

    /// <summary>Blocks that are out.</summary>
    public long Outstanding => Allocs - Frees;
}
