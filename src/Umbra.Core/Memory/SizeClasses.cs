using System.Numerics;

namespace Umbra.Core.Memory;

/// <summary>
/// The sizes blocks come in: powers of two up to 1 MiB, then four steps to each doubling up to 16 MiB, so that a canvas wastes at most a quarter of what it needs. Above
/// that sizes are rounded up to 64 KiB and are no class: blocks so large are not kept.
/// </summary>
internal static class SizeClasses
{
    /// <summary>What is no class.</summary>
    public const int None = -1;

    private const int SmallestShift = 8;
    private const int FineShift = 20;
    private const int LargestShift = 24;
    private const int StepShift = 2;
    private const int LargeGrain = 64 * 1024;
    private const int SmallestSlab = 64 * 1024;
    private const int LargestSlab = 1024 * 1024;
    private const int BlocksPerSlab = 16;

    /// <summary>The first so many classes are up to 1 MiB.</summary>
    public const int CoarseCount = FineShift - SmallestShift + 1;

    public const int Count = CoarseCount + ((LargestShift - FineShift) << StepShift);

    /// <summary>One block of each class up to 1 MiB.</summary>
    public const long CoarseBytes = (2L << FineShift) - (1L << SmallestShift);

    /// <summary>The smallest class that holds so many bytes, or <see cref="None"/>.</summary>
    public static int Of(int size)
    {
        uint last = (uint)Math.Max(2, size) - 1;
        int log = BitOperations.Log2(last);
        if (log < FineShift)
        {
            return Math.Max(0, log + 1 - SmallestShift);
        }

        int sizeClass = CoarseCount + ((log - FineShift) << StepShift) + (int)((last >> (log - StepShift)) & ((1 << StepShift) - 1));
        return sizeClass < Count ? sizeClass : None;
    }

    /// <summary>Bytes of a block of this class.</summary>
    public static int BytesOf(int sizeClass)
    {
        int fine = sizeClass - CoarseCount;
        return fine < 0 ? 1 << (sizeClass + SmallestShift) : ((fine & ((1 << StepShift) - 1)) + (1 << StepShift) + 1) << ((fine >> StepShift) + FineShift - StepShift);
    }

    /// <summary>Bytes of a block that is too large for a class.</summary>
    public static int RoundLarge(int size) => checked(size + LargeGrain - 1) / LargeGrain * LargeGrain;

    /// <summary>
    /// How many blocks of this class are cut from one slab: 16, but no slab is smaller than 64 KiB or larger than 1 MiB. What has been used once costs
    /// little while it is kept, and the larger half of the classes comes and goes block by block.
    /// </summary>
    public static int BlocksIn(int sizeClass)
    {
        long bytes = BytesOf(sizeClass);
        return (int)Math.Max(1, Math.Clamp(bytes * BlocksPerSlab, SmallestSlab, LargestSlab) / bytes);
    }
}
