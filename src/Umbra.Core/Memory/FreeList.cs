namespace Umbra.Core.Memory;

/// <summary>
/// Free blocks of one class: in each stripe a slot for one block, taken and put without a lock, and a locked stack for the rest. A thread has a stripe, and a block
/// goes back to the one it was rented from: asking for the core each time cost a tenth of a rent. Which slab a block is of matters only
/// when there is no free one, and when slabs are given back.
/// </summary>
/// <param name="hasSlots">Where the slots might hold more than the pool may keep, there are none.</param>
internal sealed class FreeList(bool hasSlots)
{
    private readonly FreeSlot[] _slots = new FreeSlot[hasSlots ? StripeCount : 0];
    private readonly FreeStripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new FreeStripe())];
    private readonly Lock _carveGate = new();
    private readonly List<Slab> _uncarved = [];
    private readonly List<Slab> _spoiled = [];

    /// <summary>How many slots and stacks a list has.</summary>
    public static int StripeCount { get; } = Math.Min(8, Environment.ProcessorCount);

    /// <summary>Takes the block of this slot, if there is one.</summary>
    public Block? PopSlot(int stripe) => hasSlots ? Interlocked.Exchange(ref _slots[stripe].Block, null) : null;

    /// <summary>Puts the block into the slot of its stripe if that is empty.</summary>
    public bool TryPushSlot(Block block) => hasSlots && TryPut(ref _slots[block.Stripe], block);

    public void Push(Block block) => _stripes[block.Stripe].Push(block);

    /// <summary>Takes a block from a stack, this stripe's first.</summary>
    public Block? Pop(int stripe)
    {
        for (int i = 0; i < _stripes.Length; i++)
        {
            if (_stripes[(stripe + i) % _stripes.Length].Pop() is { } block)
            {
                return block;
            }
        }

        return null;
    }

    /// <summary>Takes a block from any slot: the last resort before a new one.</summary>
    public Block? PopAnySlot()
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (Take(ref _slots[i]) is { } block)
            {
                return block;
            }
        }

        return null;
    }

    /// <summary>A block that was never used, of a slab that has some left.</summary>
    public Block? Carve()
    {
        lock (_carveGate)
        {
            if (_uncarved.Count == 0)
            {
                return null;
            }

            Slab slab = _uncarved[^1];
            Block block = slab.Carve();
            if (slab.IsCarved)
            {
                _uncarved.RemoveAt(_uncarved.Count - 1);
            }

            return block;
        }
    }

    /// <summary>The first block of a new slab; the rest is for <see cref="Carve()"/>.</summary>
    public Block CarveFirst(Slab slab)
    {
        Block block = slab.Carve();
        if (!slab.IsCarved)
        {
            lock (_carveGate)
            {
                _uncarved.Add(slab);
            }
        }

        return block;
    }

    /// <summary>Takes a block of a shared slab out of use for good. What of the slab was never used stays so.</summary>
    public void Abandon(Slab slab)
    {
        lock (_carveGate)
        {
            slab.Abandoned++;
            if (slab.Abandoned == 1)
            {
                _spoiled.Add(slab);
                _uncarved.Remove(slab);
            }
        }
    }

    /// <summary>
    /// Takes out the slabs of which no block is out, or only those nobody rented from since the last call. Free blocks of others stay, and those of the fullest
    /// slabs are the next to be rented, so that the emptiest can empty.
    /// </summary>
    public List<DroppedSlab> Trim(bool onlyIdle)
    {
        lock (_carveGate)
        {
            List<FreeBlock> free = [];
            int entered = 0;
            try
            {
                for (; entered < _stripes.Length; entered++)
                {
                    _stripes[entered].Gate.Enter();
                }

                TakeAll(free);
                return Sort(free, onlyIdle);
            }
            finally
            {
                while (entered > 0)
                {
                    _stripes[--entered].Gate.Exit();
                }
            }
        }
    }

    private static bool TryPut(ref FreeSlot slot, Block block) => Interlocked.CompareExchange(ref slot.Block, block, null) is null;

    /// <summary>An empty slot is only looked at, so that looking does not take its cache line from who uses it.</summary>
    private static Block? Take(ref FreeSlot slot) => Volatile.Read(ref slot.Block) is null ? null : Interlocked.Exchange(ref slot.Block, null);

    private static bool CanGo(Slab slab, bool onlyIdle) => slab.FreeSeen + slab.Abandoned == slab.Carved && !(onlyIdle && slab.IsBusy);

    private void TakeAll(List<FreeBlock> free)
    {
        for (int i = 0; i < _stripes.Length; i++)
        {
            // A stack is walked from its top.
            free.AddRange(_stripes[i].Stack.Select(block => new FreeBlock(block, i, IsOfSlot: false)).Reverse());
            _stripes[i].Stack.Clear();
            if (hasSlots && Take(ref _slots[i]) is { } near)
            {
                free.Add(new FreeBlock(near, i, IsOfSlot: true));
            }
        }
    }

    private List<DroppedSlab> Sort(List<FreeBlock> free, bool onlyIdle)
    {
        foreach (Slab slab in free.Select(each => each.Block.Slab).Concat(_spoiled))
        {
            slab.FreeSeen = 0;
            slab.IsBusy = false;
        }

        foreach (FreeBlock each in free)
        {
            Slab slab = each.Block.Slab;
            slab.FreeSeen++;
            slab.IsBusy |= !each.Block.IsIdle();
        }

        // Of a slab with several blocks it does not matter where they were.
        List<DroppedSlab> dropped = [.. free.Where(each => CanGo(each.Block.Slab, onlyIdle)).DistinctBy(each => each.Block.Slab)
            .Select(each => new DroppedSlab(each.Block.Slab, each.IsOfSlot && !each.Block.Slab.IsShared))];
        dropped.AddRange(_spoiled.Where(slab => slab.FreeSeen == 0 && CanGo(slab, onlyIdle)).Select(slab => new DroppedSlab(slab, WasInSlot: false)));
        _uncarved.RemoveAll(slab => dropped.Exists(each => each.Slab == slab));
        _spoiled.RemoveAll(slab => CanGo(slab, onlyIdle));
        // The last is the next to be rented; of slabs as full as each other the same ones every time.
        foreach (FreeBlock each in free.Where(each => !CanGo(each.Block.Slab, onlyIdle))
            .OrderBy(each => each.Block.Slab.Carved - each.Block.Slab.FreeSeen).ThenByDescending(each => each.Block.Slab.Place))
        {
            PutBack(each, dropped);
        }

        foreach (FreeStripe stripe in _stripes)
        {
            stripe.Stack.TrimExcess();
        }

        return dropped;
    }

    private void PutBack(FreeBlock free, List<DroppedSlab> dropped)
    {
        if (free.IsOfSlot && TryPut(ref _slots[free.Stripe], free.Block))
        {
            return;
        }

        if (free.IsOfSlot && !free.Block.Slab.IsShared)
        {
            // Somebody filled the slot meanwhile: that block is the one in use, and what may be in stacks is counted.
            dropped.Add(new DroppedSlab(free.Block.Slab, WasInSlot: true));
            return;
        }

        _stripes[free.Stripe].Stack.Push(free.Block);
    }

    private readonly record struct FreeBlock(Block Block, int Stripe, bool IsOfSlot);
}
