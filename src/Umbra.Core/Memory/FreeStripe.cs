namespace Umbra.Core.Memory;

/// <summary>One core's share of a <see cref="FreeList"/>.</summary>
internal sealed class FreeStripe
{
    private readonly Stack<Block> _stack = [];

    /// <summary>One block or none; changed by atomic exchange only.</summary>
    public Block? Slot;

    public void Push(Block block)
    {
        lock (_stack)
        {
            _stack.Push(block);
        }
    }

    public Block? Pop()
    {
        lock (_stack)
        {
            return _stack.TryPop(out Block? block) ? block : null;
        }
    }

    /// <summary>An empty slot is only looked at, so that looking does not take its cache line from its core.</summary>
    public Block? TakeSlot() => Volatile.Read(ref Slot) is null ? null : Interlocked.Exchange(ref Slot, null);

    /// <summary>Drops the slot's block, or only one that nobody rented since the last call.</summary>
    public void DropSlot(bool onlyIdle)
    {
        if (TakeSlot() is { } block && onlyIdle && !block.IsIdle())
        {
            // Somebody may have filled the slot meanwhile: then that block is the one in use, and this one goes.
            Interlocked.CompareExchange(ref Slot, block, null);
        }
    }

    /// <summary>Returns the bytes dropped.</summary>
    public long DropStack(bool onlyIdle)
    {
        lock (_stack)
        {
            Block[] kept = onlyIdle ? [.. _stack.Where(block => !block.IsIdle())] : [];
            long bytes = _stack.Sum(block => (long)block.Array.Length) - kept.Sum(block => (long)block.Array.Length);
            _stack.Clear();
            // A stack is walked from its top.
            for (int i = kept.Length - 1; i >= 0; i--)
            {
                _stack.Push(kept[i]);
            }

            _stack.TrimExcess();
            return bytes;
        }
    }
}
