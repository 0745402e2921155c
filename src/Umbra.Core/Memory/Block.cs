using System.Buffers;
using System.Diagnostics;

namespace Umbra.Core.Memory;

/// <summary>
/// One pinned array and who has it. Blocks live as long as the pool keeps them; a <see cref="Lease"/> is valid while its
/// generation is the block's. As <see cref="IMemoryOwner{T}"/> a block serves pipes and Kestrel without a wrapper.
/// </summary>
internal sealed class Block(BufferPool pool, int sizeClass, int capacity) : IMemoryOwner<byte>
{
    private int _generation;
    private int _generationSeen;

    public byte[] Array { get; } = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);

    /// <summary>Index of the free list, or -1 where the block is too large to keep.</summary>
    public int SizeClass { get; } = sizeClass;

    public int Length { get; set; }

    public Span<byte> All => Array;

    /// <summary>For the verifier: holds the pattern of free blocks.</summary>
    public bool IsPoisoned { get; set; }

    /// <summary>For the verifier: who had it last.</summary>
    public BufferTag LastTag { get; set; }

    public StackTrace? LastStack { get; set; }

    public BufferTag Tag { get; set; }

    public Account? Account { get; set; }

    /// <summary>Odd while rented, even while free.</summary>
    public int Generation => Volatile.Read(ref _generation);

    Memory<byte> IMemoryOwner<byte>.Memory => Array;

    /// <summary>A free block is its taker's alone, so this need not be atomic: a stale <see cref="Release"/> only looks.</summary>
    public void BeginRent() => Volatile.Write(ref _generation, _generation + 1);

    /// <summary>True if nobody rented the block since this was last asked. Only of a free block, by who holds its list's lock or the block itself.</summary>
    public bool IsIdle()
    {
        bool isIdle = _generationSeen == _generation;
        _generationSeen = _generation;
        return isIdle;
    }

    /// <summary>Returns the block if <paramref name="generation"/> still holds it; the first of several calls wins.</summary>
    public void Release(int generation)
    {
        if (Interlocked.CompareExchange(ref _generation, generation + 1, generation) == generation)
        {
            pool.Return(this);
        }
        else
        {
            pool.Verifier?.ReturnedTwice(this);
        }
    }

    void IDisposable.Dispose()
    {
        int generation = Generation;
        if ((generation & 1) == 1)
        {
            Release(generation);
        }
    }
}
