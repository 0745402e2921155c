namespace Umbra.Core.Memory;

internal sealed class TagCounters
{
    private long _allocs;
    private long _holding;
    private long _peak;
    private long _refused;
    private long _reclaimed;

    public void Allocate(long bytes)
    {
        // First, so that a reader never sees more blocks out than allocations.
        Interlocked.Increment(ref _allocs);
        Holding.RaisePeak(ref _peak, Holding.Bytes(Interlocked.Add(ref _holding, Holding.OfBlock(bytes))));
    }

    public void Free(long bytes) => Interlocked.Add(ref _holding, -Holding.OfBlock(bytes));

    /// <summary>As <see cref="Free"/>, in place of who should have.</summary>
    public void Reclaim(long bytes)
    {
        Interlocked.Increment(ref _reclaimed);
        Free(bytes);
    }

    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>What is out is read first, as one word: it is exact for that moment. Frees are the difference, and may be some ahead of it.</summary>
    public TagUsage Read(BufferTag tag)
    {
        long holding = Volatile.Read(ref _holding);
        long allocs = Volatile.Read(ref _allocs);
        return new TagUsage(
            tag, allocs, allocs - Holding.Blocks(holding), Holding.Bytes(holding), Volatile.Read(ref _peak), Volatile.Read(ref _refused), Volatile.Read(ref _reclaimed));
    }
}
