namespace Umbra.Core.Memory;

internal sealed class TagCounters
{
    private long _allocs;
    private long _frees;
    private long _bytes;
    private long _peak;
    private long _refused;

    public void Allocate(long bytes)
    {
        Interlocked.Increment(ref _allocs);
        long now = Interlocked.Add(ref _bytes, bytes);
        long peak;
        while (now > (peak = Volatile.Read(ref _peak)) && Interlocked.CompareExchange(ref _peak, now, peak) != peak)
        {
        }
    }

    public void Free(long bytes)
    {
        Interlocked.Increment(ref _frees);
        Interlocked.Add(ref _bytes, -bytes);
    }

    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>Frees are read first, so that a reader never sees more frees than allocations.</summary>
    public TagUsage Read(BufferTag tag)
    {
        long frees = Volatile.Read(ref _frees);
        return new TagUsage(tag, Volatile.Read(ref _allocs), frees, Volatile.Read(ref _bytes), Volatile.Read(ref _peak), Volatile.Read(ref _refused));
    }
}
