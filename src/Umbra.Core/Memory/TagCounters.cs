using System.Runtime.InteropServices;

namespace Umbra.Core.Memory;

/// <summary>
/// The counters of one tag. What came and what went are summed up apart, each in one word as in <see cref="Holding"/>: their difference is what is out, and the bits
/// that count blocks count rents and returns, so that each costs one atomic operation here. These pass their carry into the bytes, which does the difference no harm.
/// As long as tags lie side by side, each has more than a line of the cache.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal sealed class TagCounters
{
    /// <summary>
    /// Returns are counted beyond the bits they have: whoever passes a quarter of what those can tell apart counts a lap, and has as long for it as the next quarter
    /// takes, 67 million returns.
    /// </summary>
    private const int LapBits = Holding.BlockBits - 2;

    [FieldOffset(56)]
    private long _came;
    [FieldOffset(64)]
    private long _went;
    [FieldOffset(72)]
    private long _peak;
    [FieldOffset(80)]
    private long _laps;
    [FieldOffset(88)]
    private long _refused;
    [FieldOffset(96)]
    private long _reclaimed;
    [FieldOffset(104)]
    private long _limit = long.MaxValue;

    /// <summary>Most bytes that may be out.</summary>
    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <returns>False where the limit would be passed; nothing is counted then.</returns>
    public bool TryAllocate(long bytes)
    {
        if (_limit == long.MaxValue)
        {
            Allocate(bytes);
            return true;
        }

        long block = Holding.OfBlock(bytes);
        while (true)
        {
            long went = Volatile.Read(ref _went);
            long came = Volatile.Read(ref _came);
            if (Holding.Bytes(came - went) + bytes > Limit)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _came, came + block, came) == came)
            {
                // What went meanwhile only makes more room.
                RaisePeak(came + block, Volatile.Read(ref _went));
                return true;
            }
        }
    }

    public void Free(long bytes)
    {
        long freed = Holding.OfBlock(bytes);
        long came = Volatile.Read(ref _came);
        long went = Interlocked.Add(ref _went, freed);
        // A peak ends here, and whoever made it may not have come to say so yet.
        RaisePeak(came, went - freed);
        if ((went & ((1L << LapBits) - 1)) == 0)
        {
            Interlocked.Increment(ref _laps);
        }
    }

    /// <summary>What was allocated is not there after all.</summary>
    public void Cancel(long bytes) => Interlocked.Add(ref _came, -Holding.OfBlock(bytes));

    /// <summary>As <see cref="Free"/>, in place of who should have.</summary>
    public void Reclaim(long bytes)
    {
        Interlocked.Increment(ref _reclaimed);
        Free(bytes);
    }

    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>Rents, returns and what is out are of one moment, and the peak is not less.</summary>
    public TagUsage Read(BufferTag tag)
    {
        long came;
        long went;
        do
        {
            went = Volatile.Read(ref _went);
            came = Volatile.Read(ref _came);
            Interlocked.MemoryBarrier();
        }
        while (Volatile.Read(ref _went) != went);

        RaisePeak(came, went);
        long frees = Returns(went, Volatile.Read(ref _laps));
        long holding = came - went;
        return new TagUsage(
            tag, frees + Holding.Blocks(holding), frees, Holding.Bytes(holding), Volatile.Read(ref _peak), Volatile.Read(ref _refused), Volatile.Read(ref _reclaimed), Limit);
    }

    /// <summary>The number with the lower bits of <paramref name="went"/> that is nearest to so many laps: it may be read before its lap is counted, or after the next.</summary>
    internal static long Returns(long went, long laps)
    {
        const int unused = 64 - Holding.BlockBits;
        long passed = laps << LapBits;
        return passed + ((went - passed) << unused >> unused);
    }

    private void Allocate(long bytes) => RaisePeak(Interlocked.Add(ref _came, Holding.OfBlock(bytes)), Volatile.Read(ref _went));

    /// <summary>Two sums of which one may be the younger: never more than what was really out at a time.</summary>
    private void RaisePeak(long came, long went) => Holding.RaisePeak(ref _peak, Holding.Bytes(came - went));
}
