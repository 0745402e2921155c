using System.Buffers;
using System.Runtime.CompilerServices;

namespace Umbra.Core.Memory;

/// <summary>
/// The one place data memory comes from. Rent reserves against the account and all above it, then takes a block, then counts; a refusal leaves nothing
/// behind. Blocks are pieces of pinned slabs, in the sizes of <see cref="SizeClasses"/>. Thread-safe.
/// </summary>
public sealed partial class BufferPool : IDisposable
{
    private static int _lastStripe;

    /// <summary>One more than it is, so that 0 is none.</summary>
    [ThreadStatic]
    private static int _stripe;

    private readonly FreeList[] _freeLists = new FreeList[SizeClasses.Count];
    private readonly TagCounters[] _tags = new TagCounters[BufferTags.Count];
    private readonly SlabRegistry _slabs = new();
    private readonly MustSucceedStock _stock;
    private readonly long _maxShared;
    private readonly long _maxCommitted;
    private long _shared;
    private long _committed;

    /// <param name="limit">Most bytes that may be out at once.</param>
    /// <param name="reserve">What of them is for accounts that must succeed.</param>
    /// <param name="maxKept">Most free bytes kept for the next rent.</param>
    /// <param name="mustSucceedBytes">Taken from the system at once, for accounts that must succeed when the system has no more; see <see cref="StopReport"/>.</param>
    public BufferPool(long limit = long.MaxValue, long reserve = 0, long maxKept = 64L * 1024 * 1024, long mustSucceedBytes = 0)
    {
        // What only some threads find at once is little use to the others: at most a quarter of what is kept, or nothing. It pays only up to 1 MiB.
        long inSlots = FreeList.StripeCount * SizeClasses.CoarseBytes;
        bool hasSlots = inSlots <= maxKept / 4;
        _maxCommitted = hasSlots ? maxKept - inSlots : maxKept;
        _maxShared = Math.Min(maxKept / 2, limit / 4);
        _stock = new MustSucceedStock(mustSucceedBytes, bytes => NewSlab(SizeClasses.None, bytes, blocks: 1, isStock: true).Carve());
        MaxHeldBytes = limit + Math.Min(_maxShared + _slabs.Bytes, long.MaxValue - limit);
        Root = new Account(this, "process", limit, reserve);
        for (int i = 0; i < _freeLists.Length; i++)
        {
            _freeLists[i] = new FreeList(hasSlots && i < SizeClasses.CoarseCount);
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

    /// <summary>
    /// Told when an account that must succeed is refused, by a limit with all its reserve or because the system has no memory; from the thread that asked, before it is
    /// refused. Must not throw.
    /// </summary>
    public Action<StopReport>? MustSucceedEmpty { get; set; }

    /// <summary>Bytes the pool holds of the runtime, whoever has them: what is out, what is kept, and blocks that were reclaimed while others of their slab are out.</summary>
    public long HeldBytes => _slabs.Bytes;

    /// <summary>
    /// The most <see cref="HeldBytes"/> there can be: the limit, and beyond it what may lie free in slabs of which another block is out (half of what may be
    /// kept, at most a quarter of the limit), and the must-succeed stock. Before the pool would hold more it gives back what it keeps. A block on its way back at
    /// that moment may come on top until it is there; so does what is not the pool's any more: a slab that was given back and not yet collected.
    /// </summary>
    public long MaxHeldBytes { get; }

    /// <summary>
    /// Free bytes held for the next rent, those of slabs that were never used yet among them. Never more than what the pool was told to keep and the
    /// must-succeed stock.
    /// </summary>
    public long KeptBytes => Math.Max(0, HeldBytes - (Root.Bytes - Volatile.Read(ref _foreign)) - Volatile.Read(ref _abandoned));

    /// <summary>Where slabs come from. For tests: one that is out of memory.</summary>
    internal Func<int, byte[]> Allocate { get; set; } = static bytes => GC.AllocateUninitializedArray<byte>(bytes, pinned: true);

    /// <summary>Rents at least <paramref name="size"/> bytes; content is undefined.</summary>
    /// <exception cref="QuotaExceededException">A limit is reached, the account is closed, or the system has no memory.</exception>
    public Lease Rent(int size, BufferTag tag, Account account)
    {
        Block block = RentBlock(size, isWhole: false, tag, account, out int generation);
        return new Lease(block, generation);
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

    /// <summary>Bounds a tag, across all accounts. What is out already stays.</summary>
    /// <param name="bytes">Most that may be out; <see cref="long.MaxValue"/>: no limit of its own.</param>
    public void SetLimit(BufferTag tag, long bytes) => _tags[(int)tag].Limit = bytes;

    /// <summary>Gives back all slabs of which no block is out.</summary>
    public void Trim() => Drop(onlyIdle: false);

    /// <summary>
    /// Gives back the slabs of which no block is out and none was since the last call: a burst's memory goes, what is in steady use stays.
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
        Block block = RentBlock(size, isWhole: true, tag, account, out int generation);
        return Verifier is null ? block : new VerifiedOwner(block, generation);
    }

    /// <summary>Called by the block once its generation has moved on, so once per rent.</summary>
    internal void Return(Block block)
    {
        Verifier?.Returning(block);
        int capacity = block.Capacity;
        _tags[(int)block.Tag].Free(capacity);
        Account account = block.Account!;
        account.Credit(capacity);
        Keep(block);
    }

    /// <param name="isWhole">The user sees what the block has beyond <paramref name="size"/>, too, so there is no room for a guard.</param>
    private Block RentBlock(int size, bool isWhole, BufferTag tag, Account account, out int generation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        PoolVerifier? verifier = Verifier is { } active && active.Watches(tag) ? active : null;
        int needed = checked(size + (isWhole || verifier is null ? 0 : PoolVerifier.GuardBytes));
        int sizeClass = SizeClasses.Of(needed);
        int capacity = sizeClass >= 0 ? SizeClasses.BytesOf(sizeClass) : SizeClasses.RoundLarge(needed);
        if (account.TryCharge(capacity) is { } refusedBy)
        {
            throw Refuse(capacity, tag, account, refusedBy);
        }

        TagCounters counters = _tags[(int)tag];
        if (!counters.TryAllocate(capacity))
        {
            account.Credit(capacity);
            counters.Refuse();
            throw new QuotaExceededException(counters.Read(tag), capacity);
        }

        int stripe = Stripe();
        if ((Take(sizeClass, stripe) ?? NewBlock(sizeClass, capacity, account)) is not { } block)
        {
            counters.Cancel(capacity);
            account.Credit(capacity);
            throw Refuse(capacity, tag, account, refusedBy: null);
        }

        block.Stripe = stripe;
        block.Length = isWhole ? capacity : size;
        block.Tag = tag;
        block.Account = account;
        block.Epoch = Volatile.Read(ref _epoch);
        verifier?.Rented(block);
        block.IsPoisoned = false;
        // Last: from here on others may reclaim it.
        generation = block.BeginRent();
        return block;
    }

    /// <summary>This thread's.</summary>
    private static int Stripe()
    {
        int stripe = _stripe;
        return stripe > 0 ? stripe - 1 : NewStripe();
    }

    private static int NewStripe()
    {
        int stripe = (int)((uint)Interlocked.Increment(ref _lastStripe) % (uint)FreeList.StripeCount);
        _stripe = stripe + 1;
        return stripe;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Block? Take(int sizeClass, int stripe)
    {
        if (sizeClass < 0)
        {
            return null;
        }

        FreeList list = _freeLists[sizeClass];
        return list.PopSlot(stripe) ?? TakeFar(list, stripe);
    }

    private Block? TakeFar(FreeList list, int stripe)
    {
        if (list.Pop(stripe) is not { } block)
        {
            return list.PopAnySlot() ?? list.Carve();
        }

        if (!block.Slab.IsShared)
        {
            Uncommit(block.Slab.Bytes);
        }

        return block;
    }

    private void Keep(Block block)
    {
        int sizeClass = block.Slab.SizeClass;
        if (sizeClass < 0 || !_freeLists[sizeClass].TryPushSlot(block))
        {
            KeepFar(block);
        }
    }

    private void KeepFar(Block block)
    {
        Slab slab = block.Slab;
        if (slab.SizeClass >= 0)
        {
            if (slab.IsShared || TryCommit(slab.Bytes))
            {
                _freeLists[slab.SizeClass].Push(block);
                return;
            }
        }
        else if (slab.IsStock)
        {
            _stock.Put(block);
            return;
        }

        _slabs.Remove(slab);
        SystemMemory.GiveBack(slab.Memory);
    }

    /// <summary>
    /// A block from the system. Where that has no memory all is given back that nobody uses, which the runtime then finds when it is asked again; and where that does
    /// not help there is the stock. Null: there is nothing.
    /// </summary>
    private Block? NewBlock(int sizeClass, int capacity, Account account)
    {
        if (TryMake(sizeClass, capacity) is { } made)
        {
            return made;
        }

        Trim();
        return TryMake(sizeClass, capacity) ?? (account.MustSucceed ? _stock.Take(capacity) : null);
    }

    /// <summary>
    /// A block of a new slab: of one for several blocks while those together are few enough, since such a slab stays while one of them is out; else of one
    /// of its own. Null: the system has no memory.
    /// </summary>
    private Block? TryMake(int sizeClass, int capacity)
    {
        int blocks = sizeClass >= 0 ? SizeClasses.BlocksIn(sizeClass) : 1;
        long bytes = (long)capacity * blocks;
        if (blocks > 1 && TryShare(bytes))
        {
            if (TryNewSlab(sizeClass, capacity, blocks) is { } slab)
            {
                return _freeLists[sizeClass].CarveFirst(slab);
            }

            Unshare(bytes);
        }

        return TryNewSlab(sizeClass, capacity, blocks: 1)?.Carve();
    }

    private Slab? TryNewSlab(int sizeClass, int capacity, int blocks)
    {
        if (HeldBytes + ((long)capacity * blocks) > MaxHeldBytes)
        {
            Trim();
        }

        try
        {
            return NewSlab(sizeClass, capacity, blocks, isStock: false);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    private Slab NewSlab(int sizeClass, int capacity, int blocks, bool isStock)
    {
        Slab slab = new(this, Allocate(Slab.ArrayBytes(capacity, blocks)), sizeClass, capacity, blocks, isStock);
        _slabs.Add(slab);
        return slab;
    }

    /// <summary>Counts a refusal and says so; what its user is told.</summary>
    /// <param name="refusedBy">Null: the system has no memory.</param>
    private QuotaExceededException Refuse(long bytes, BufferTag tag, Account account, Account? refusedBy)
    {
        _tags[(int)tag].Refuse();
        if (account.MustSucceed && refusedBy is not { IsClosed: true })
        {
            MustSucceedEmpty?.Invoke(new StopReport(
                bytes,
                (Root.Bytes + StopReport.PageSize - 1) / StopReport.PageSize,
                Blocks().Count(block => block.ReadRent() is { Bytes: > StopReport.PageSize }),
                (refusedBy is null ? _stock.FreeBytes : refusedBy.Limit - refusedBy.Bytes) / StopReport.PageSize,
                tag,
                account.Name));
        }

        return refusedBy is null ? new QuotaExceededException(tag, bytes) : new QuotaExceededException(tag, refusedBy, bytes);
    }

    private bool TryShare(long bytes)
    {
        if (Interlocked.Add(ref _shared, bytes) <= _maxShared && TryCommit(bytes))
        {
            return true;
        }

        Interlocked.Add(ref _shared, -bytes);
        return false;
    }

    private void Unshare(long bytes)
    {
        Interlocked.Add(ref _shared, -bytes);
        Uncommit(bytes);
    }

    /// <summary>Room in what may be kept: for a slab of several blocks, free or not, or for a block with a slab of its own in a stack.</summary>
    private bool TryCommit(long bytes)
    {
        if (Interlocked.Add(ref _committed, bytes) <= _maxCommitted)
        {
            return true;
        }

        Uncommit(bytes);
        return false;
    }

    private void Uncommit(long bytes) => Interlocked.Add(ref _committed, -bytes);

    private void Drop(bool onlyIdle)
    {
        foreach (DroppedSlab dropped in _freeLists.SelectMany(list => list.Trim(onlyIdle)))
        {
            long bytes = dropped.Slab.Bytes;
            _slabs.Remove(dropped.Slab);
            if (dropped.Slab.Abandoned == 0)
            {
                SystemMemory.GiveBack(dropped.Slab.Memory);
            }

            if (dropped.Slab.IsShared)
            {
                Unshare(bytes);
                Interlocked.Add(ref _abandoned, -(long)dropped.Slab.Abandoned * dropped.Slab.BlockBytes);
            }
            else if (!dropped.WasInSlot)
            {
                Uncommit(bytes);
            }
        }
    }
}
