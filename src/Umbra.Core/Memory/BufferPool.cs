using System.Buffers;
using System.Numerics;

namespace Umbra.Core.Memory;

/// <summary>
/// The one place data memory comes from. Rent reserves against the account and all above it, then allocates, then counts;
/// a refusal leaves nothing behind. Blocks are pinned, in powers of two from 256 bytes to 1 MiB; larger ones are rounded up to
/// 64 KiB, not kept, and left to the collector on return. Thread-safe.
/// </summary>
public sealed class BufferPool : IDisposable
{
    private const int SmallestShift = 8;
    private const int LargestShift = 20;
    private const int LargeGrain = 64 * 1024;
    private readonly FreeList[] _freeLists = new FreeList[LargestShift - SmallestShift + 1];
    private readonly TagCounters[] _tags = new TagCounters[BufferTags.Count];
    private readonly long _maxInStacks;
    private long _inStacks;

    /// <param name="limit">Most bytes that may be out at once.</param>
    /// <param name="reserve">What of them is for accounts that must succeed.</param>
    /// <param name="maxKept">Most free bytes kept for the next rent.</param>
    public BufferPool(long limit = long.MaxValue, long reserve = 0, long maxKept = 64L * 1024 * 1024)
    {
        // What only one core finds at once is little use to the others: at most a quarter of what is kept, or nothing.
        long inSlots = FreeList.StripeCount * ((2L << LargestShift) - (1L << SmallestShift));
        bool hasSlots = inSlots <= maxKept / 4;
        _maxInStacks = hasSlots ? maxKept - inSlots : maxKept;
        Root = new Account("process", null, limit, reserve, mustSucceed: false);
        for (int i = 0; i < _freeLists.Length; i++)
        {
            _freeLists[i] = new FreeList(hasSlots);
        }

        for (int i = 0; i < _tags.Length; i++)
        {
            _tags[i] = new TagCounters();
        }
    }

    /// <summary>The account above all others.</summary>
    public Account Root { get; }

    /// <summary>Watches what is rented from now on; null: nobody does. May be changed at any time.</summary>
    public PoolVerifier? Verifier { get; set; }

    /// <summary>Free bytes kept for the next rent.</summary>
    public long KeptBytes => Volatile.Read(ref _inStacks) + _freeLists.Sum(list => list.SlotBytes);

    /// <summary>Rents at least <paramref name="size"/> bytes; content is undefined.</summary>
    /// <exception cref="QuotaExceededException">A limit is reached or the account is closed.</exception>
    public Lease Rent(int size, BufferTag tag, Account account)
    {
        Block block = RentBlock(size, isWhole: false, tag, account);
        return new Lease(block, block.Generation);
    }

    /// <summary>The same blocks as a <see cref="MemoryPool{T}"/>, for pipes and sockets: everything under one tag and account.</summary>
    public MemoryPool<byte> AsMemoryPool(BufferTag tag, Account account) => new TaggedMemoryPool(this, tag, account);

    /// <summary>All tags' counters now.</summary>
    public IReadOnlyList<TagUsage> ReadTags()
    {
        TagUsage[] usages = new TagUsage[_tags.Length];
        for (int i = 0; i < usages.Length; i++)
        {
            usages[i] = _tags[i].Read((BufferTag)i);
        }

        return usages;
    }

    /// <summary>Gives all free blocks back to the system.</summary>
    public void Trim() => Drop(onlyIdle: false);

    /// <summary>
    /// Gives back the free blocks that nobody rented since the last call: a burst's memory goes, what is in steady use stays.
    /// The pool reads no clock; its host calls this now and then.
    /// </summary>
    public void TrimIdle() => Drop(onlyIdle: true);

    public void Dispose()
    {
        Root.Dispose();
        Trim();
    }

    /// <summary>As <see cref="Rent"/>, for those who want all of the block.</summary>
    internal IMemoryOwner<byte> RentOwner(int size, BufferTag tag, Account account)
    {
        Block block = RentBlock(size, isWhole: true, tag, account);
        return Verifier is null ? block : new VerifiedOwner(block, block.Generation);
    }

    /// <param name="isWhole">The user sees what the block has beyond <paramref name="size"/>, too, so there is no room for a guard.</param>
    private Block RentBlock(int size, bool isWhole, BufferTag tag, Account account)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        PoolVerifier? verifier = Verifier is { } active && active.Watches(tag) ? active : null;
        int needed = checked(size + (isWhole || verifier is null ? 0 : PoolVerifier.GuardBytes));
        int sizeClass = SizeClassOf(needed);
        int capacity = sizeClass >= 0 ? 1 << (sizeClass + SmallestShift) : checked((needed + LargeGrain - 1) / LargeGrain * LargeGrain);
        TagCounters counters = _tags[(int)tag];
        if (account.TryCharge(capacity) is { } refusedBy)
        {
            counters.Refuse();
            throw new QuotaExceededException(tag, refusedBy, capacity);
        }

        Block block;
        try
        {
            block = (sizeClass >= 0 ? Take(_freeLists[sizeClass]) : null) ?? new Block(this, sizeClass, capacity);
        }
        catch (OutOfMemoryException)
        {
            account.Credit(capacity);
            counters.Refuse();
            throw;
        }

        block.Length = isWhole ? capacity : size;
        block.Tag = tag;
        block.Account = account;
        block.BeginRent();
        counters.Allocate(capacity);
        verifier?.Rented(block);
        block.IsPoisoned = false;
        return block;
    }

    /// <summary>Called by the block once its generation has moved on, so once per rent.</summary>
    internal void Return(Block block)
    {
        Verifier?.Returning(block);
        int capacity = block.Array.Length;
        _tags[(int)block.Tag].Free(capacity);
        Account account = block.Account!;
        block.Account = null;
        account.Credit(capacity);
        if (block.SizeClass >= 0)
        {
            Keep(block, _freeLists[block.SizeClass]);
        }
    }

    private static int SizeClassOf(int size)
    {
        int shift = Math.Max(SmallestShift, BitOperations.Log2((uint)Math.Max(2, size) - 1) + 1);
        return shift <= LargestShift ? shift - SmallestShift : -1;
    }

    private Block? Take(FreeList list)
    {
        if (list.PopSlot() is { } near)
        {
            return near;
        }

        if (list.Pop() is not { } block)
        {
            return list.PopAnySlot();
        }

        Interlocked.Add(ref _inStacks, -block.Array.Length);
        return block;
    }

    private void Keep(Block block, FreeList list)
    {
        if (list.TryPushSlot(block))
        {
            return;
        }

        int capacity = block.Array.Length;
        if (Interlocked.Add(ref _inStacks, capacity) <= _maxInStacks)
        {
            list.Push(block);
        }
        else
        {
            Interlocked.Add(ref _inStacks, -capacity);
        }
    }

    private void Drop(bool onlyIdle)
    {
        foreach (FreeList list in _freeLists)
        {
            Interlocked.Add(ref _inStacks, -list.Drop(onlyIdle));
        }
    }
}
