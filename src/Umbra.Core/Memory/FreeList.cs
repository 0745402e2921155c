namespace Umbra.Core.Memory;

/// <summary>
/// Free blocks of one size: a stripe per core, each a slot for one block, taken and put without a lock, before a locked stack for the rest.
/// The slot spares a rent and return two locks and two changes of the sum of kept bytes; see <see cref="Holding"/> for what was measured.
/// </summary>
/// <param name="hasSlots">Where the slots might hold more than the pool may keep, there are none.</param>
internal sealed class FreeList(bool hasSlots)
{
    private readonly FreeStripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new FreeStripe())];

    /// <summary>How many stripes a list has, so how many blocks its slots hold.</summary>
    public static int StripeCount { get; } = Math.Min(8, Environment.ProcessorCount);

    /// <summary>Bytes in the slots, which nobody sums up as they come and go.</summary>
    public long SlotBytes => _stripes.Sum(stripe => Volatile.Read(ref stripe.Slot)?.Array.Length ?? 0L);

    /// <summary>Puts the block into this core's slot if that is empty.</summary>
    public bool TryPushSlot(Block block) => hasSlots && Interlocked.CompareExchange(ref Near().Slot, block, null) is null;

    public void Push(Block block) => Near().Push(block);

    /// <summary>Takes the block of this core's slot, if there is one.</summary>
    public Block? PopSlot() => hasSlots ? Interlocked.Exchange(ref Near().Slot, null) : null;

    /// <summary>Takes a block from a stack, this core's first.</summary>
    public Block? Pop()
    {
        int first = Thread.GetCurrentProcessorId();
        for (int i = 0; i < _stripes.Length; i++)
        {
            if (_stripes[(first + i) % _stripes.Length].Pop() is { } block)
            {
                return block;
            }
        }

        return null;
    }

    /// <summary>Takes a block from the slot of any core: the last resort before a new one.</summary>
    public Block? PopAnySlot()
    {
        foreach (FreeStripe stripe in _stripes)
        {
            if (stripe.TakeSlot() is { } block)
            {
                return block;
            }
        }

        return null;
    }

    /// <summary>Drops all blocks, or those nobody rented since the last call; returns the bytes that were in stacks.</summary>
    public long Drop(bool onlyIdle)
    {
        long bytes = 0;
        foreach (FreeStripe stripe in _stripes)
        {
            stripe.DropSlot(onlyIdle);
            bytes += stripe.DropStack(onlyIdle);
        }

        return bytes;
    }

    private FreeStripe Near() => _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
}
