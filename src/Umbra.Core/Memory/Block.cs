using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Umbra.Core.Memory;

/// <summary>
/// A piece of a slab and who has it. Blocks live as long as their slab; a <see cref="Lease"/> is valid while its
/// generation is the block's. As <see cref="IMemoryOwner{T}"/> a block serves pipes and Kestrel without a wrapper.
/// </summary>
internal sealed class Block(Slab slab, int start) : IMemoryOwner<byte>
{
    private readonly byte[] _array = slab.Memory;
    private readonly Memory<byte> _all = MemoryMarshal.CreateFromPinnedArray(slab.Memory, start, slab.BlockBytes);
    private int _generation;
    private int _generationSeen;
    private Account? _account;

    public Slab Slab { get; } = slab;

    /// <summary>What its user is charged for, and may use. Less than the block has where the stock lent a larger one than was asked for.</summary>
    public int Capacity { get; set; } = slab.BlockBytes;

    /// <summary>Of whose slot it was rented, where it goes when it comes back.</summary>
    public int Stripe { get; set; }

    public int Length { get; set; }

    public Span<byte> All => _array.AsSpan(start, Capacity);

    /// <summary>What its user asked for.</summary>
    public Span<byte> Span => _array.AsSpan(start, Length);

    public Memory<byte> AllMemory => _all.Length == Capacity ? _all : _all[..Capacity];

    /// <summary>As <see cref="Span"/>.</summary>
    public Memory<byte> Memory => _all[..Length];

    /// <summary>For the verifier: holds the pattern of free blocks.</summary>
    public bool IsPoisoned { get; set; }

    /// <summary>For the verifier: who had it last.</summary>
    public BufferTag LastTag { get; set; }

    public StackTrace? LastStack { get; set; }

    public BufferTag Tag { get; set; }

    /// <summary>Who pays for it, or paid last: the next rent is often by the same, and a reference costs more to write than to look at.</summary>
    public Account? Account
    {
        get => _account;
        set
        {
            if (_account != value)
            {
                _account = value;
            }
        }
    }

    /// <summary>When it was rented.</summary>
    public int Epoch { get; set; }

    /// <summary>Odd while rented, even while free; negative once it was reclaimed.</summary>
    public int Generation => Volatile.Read(ref _generation);

    Memory<byte> IMemoryOwner<byte>.Memory => AllMemory;

    /// <summary>
    /// From now on the block is rented, to whom its fields say; returns the generation. A free block is its taker's alone, so this need not be atomic:
    /// a stale <see cref="Release"/> only looks.
    /// </summary>
    public int BeginRent()
    {
        int generation = After(_generation);
        Volatile.Write(ref _generation, generation);
        return generation;
    }

    /// <summary>True if nobody rented the block since this was last asked. Only of a free block, by who took it out of its list.</summary>
    public bool IsIdle()
    {
        bool isIdle = _generationSeen == _generation;
        _generationSeen = _generation;
        return isIdle;
    }

    /// <summary>Returns the block if <paramref name="generation"/> still holds it; the first of several calls wins.</summary>
    public void Release(int generation)
    {
        if (Interlocked.CompareExchange(ref _generation, After(generation), generation) == generation)
        {
            Slab.Pool.Return(this);
        }
        else if (Generation != Reclaimed(generation))
        {
            // Not the last holder, who returns what was taken from him: that is no fault.
            Slab.Pool.Verifier?.ReturnedTwice(this);
        }
    }

    /// <summary>Ends the rent in place of its holder, for good: the block is never rented again. He or we, whoever comes first.</summary>
    public bool TryReclaim(int generation) => Interlocked.CompareExchange(ref _generation, Reclaimed(generation), generation) == generation;

    /// <summary>The rent there is now, or null. Never a mixture of two: a block that changed hands while we looked has moved its generation on.</summary>
    public BlockRent? ReadRent()
    {
        int generation = Generation;
        if ((generation & 1) == 0 || Account is not { } account)
        {
            return null;
        }

        BlockRent rent = new(account, Tag, Capacity, Epoch, generation);
        Interlocked.MemoryBarrier();
        return Generation == generation ? rent : null;
    }

    void IDisposable.Dispose()
    {
        int generation = Generation;
        if ((generation & 1) == 1)
        {
            Release(generation);
        }
    }

    /// <summary>Never negative: a block in steady use comes round in minutes.</summary>
    private static int After(int generation) => (generation + 1) & int.MaxValue;

    /// <summary>What tells the holder of <paramref name="generation"/> that it was he who lost the block.</summary>
    private static int Reclaimed(int generation) => After(generation) | int.MinValue;
}
