using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Umbra.Core.Memory;

/// <summary>
/// One pinned array, cut into blocks of one size; a large block has one of its own. It is given back as a whole, by dropping the reference to it. The array is the
/// runtime's and not native memory on purpose: whoever still has a <see cref="Memory{T}"/> of it keeps it alive, so a stale one reads stale bytes and can never become
/// a crash, and the bounds of spans hold.
/// </summary>
internal sealed class Slab
{
    /// <summary>A line of the cache: blocks of different users share none.</summary>
    private const int Alignment = 64;

    private readonly Block?[] _blocks;
    private readonly int _start;
    private int _carved;

    /// <param name="sizeClass">Of its blocks, or <see cref="SizeClasses.None"/>.</param>
    public unsafe Slab(BufferPool pool, byte[] memory, int sizeClass, int blockBytes, int blocks, bool isStock = false)
    {
        Pool = pool;
        Memory = memory;
        SizeClass = sizeClass;
        BlockBytes = blockBytes;
        IsStock = isStock;
        _blocks = new Block?[blocks];
        _start = (int)(-(nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory)) & (Alignment - 1));
    }

    public BufferPool Pool { get; }

    public byte[] Memory { get; }

    public int SizeClass { get; }

    public int BlockBytes { get; }

    /// <summary>Its block is of the must-succeed stock.</summary>
    public bool IsStock { get; }

    /// <summary>Cut into several blocks: kept while one of them is out.</summary>
    public bool IsShared => _blocks.Length > 1;

    /// <summary>What it counts for; the array has some bytes more, to begin on a line of the cache.</summary>
    public long Bytes => (long)BlockBytes * _blocks.Length;

    /// <summary>Blocks that exist, free or not. Changed under the lock of the class.</summary>
    public int Carved => Volatile.Read(ref _carved);

    public bool IsCarved => Carved == _blocks.Length;

    /// <summary>Blocks nobody may have any more. Changed under the lock of the class.</summary>
    public int Abandoned { get; set; }

    /// <summary>For trimming: free blocks found.</summary>
    public int FreeSeen { get; set; }

    /// <summary>For trimming: one of them was rented since the last look.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Where the registry has it.</summary>
    public int Place { get; set; } = -1;

    /// <summary>How long an array must be.</summary>
    public static int ArrayBytes(int blockBytes, int blocks) => checked((blockBytes * blocks) + Alignment);

    /// <summary>One block more. They are made one by one, so that the first rent of a slab does not pay for all of them.</summary>
    public Block Carve()
    {
        int index = _carved;
        Block block = new(this, _start + (index * BlockBytes));
        _blocks[index] = block;
        // Last: who walks the slab meanwhile sees only blocks that are there.
        Volatile.Write(ref _carved, index + 1);
        return block;
    }

    /// <summary>A block that exists.</summary>
    public Block this[int index] => _blocks[index]!;
}
