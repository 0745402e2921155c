using System.Runtime.CompilerServices;

namespace Umbra.Core.Memory;

/// <summary>
/// Bytes and blocks held, in one word: one atomic operation changes both, and nobody sees the one without the other. Bytes count in units of
/// the smallest block, above the lower 28 bits (8 TiB, and the sign for who needs it); blocks in those, which no process fills (68 GB of the smallest).
/// </summary>
internal static class Holding
{
    /// <summary>What every block is a multiple of.</summary>
    public const int Unit = 256;

    /// <summary>How many bits the blocks have.</summary>
    public const int BlockBits = 28;

    /// <summary>What one block adds.</summary>
    public static long OfBlock(long bytes) => (bytes / Unit << BlockBits) + 1;

    public static long Bytes(long holding) => (holding >> BlockBits) * Unit;

    public static long Blocks(long holding) => holding & ((1L << BlockBits) - 1);

    /// <summary>The most there ever was, exact whoever else raises it at the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RaisePeak(ref long peak, long now)
    {
        if (now > Volatile.Read(ref peak))
        {
            Raise(ref peak, now);
        }
    }

    private static void Raise(ref long peak, long now)
    {
        long seen;
        while (now > (seen = Volatile.Read(ref peak)) && Interlocked.CompareExchange(ref peak, now, seen) != seen)
        {
        }
    }
}
