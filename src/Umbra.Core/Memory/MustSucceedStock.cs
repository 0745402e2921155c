namespace Umbra.Core.Memory;

/// <summary>
/// Blocks taken from the system while it still had memory, for accounts that must succeed: they are the last thing tried, are never trimmed, and come back here. Of what
/// it may have one block is of 1 MiB where that leaves as much again; of the rest three quarters are blocks of 64 KiB (an update on its way out) and the others of
/// 4 KiB (messages, sockets). Larger requests it cannot help: a picture is given up before its viewer is. Thread-safe.
/// </summary>
internal sealed class MustSucceedStock
{
    private const int Small = 4 * 1024;
    private const int Middle = 64 * 1024;
    private const int Large = 1024 * 1024;
    private readonly Lock _gate = new();
    private readonly Stack<Block>[] _stacks = [new(), new(), new()];
    private readonly Func<int, Block> _make;

    /// <param name="bytes">At most so many.</param>
    /// <param name="make">A block of a slab of its own, from the system; may be out of memory.</param>
    public MustSucceedStock(long bytes, Func<int, Block> make)
    {
        _make = make;
        int large = bytes >= 2 * Large ? 1 : 0;
        long rest = bytes - (large * Large);
        long middle = rest * 3 / 4 / Middle;
        long small = (rest - (middle * Middle)) / Small;
        Fill(Large, large);
        Fill(Middle, middle);
        Fill(Small, small);
    }

    /// <summary>Free bytes it has.</summary>
    public long FreeBytes
    {
        get
        {
            lock (_gate)
            {
                return _stacks.Sum(stack => stack.Sum(block => (long)block.Slab.BlockBytes));
            }
        }
    }

    /// <summary>The smallest block there is for so many bytes, to be charged with that; or null.</summary>
    public Block? Take(int bytes)
    {
        lock (_gate)
        {
            foreach (Stack<Block> stack in _stacks)
            {
                if (stack.TryPeek(out Block? block) && block.Slab.BlockBytes >= bytes)
                {
                    block.Capacity = bytes;
                    return stack.Pop();
                }
            }

            return null;
        }
    }

    public void Put(Block block)
    {
        // Lent out as a smaller one, it is not filled with a pattern to its end.
        block.IsPoisoned = false;
        lock (_gate)
        {
            _stacks[block.Slab.BlockBytes == Small ? 0 : block.Slab.BlockBytes == Middle ? 1 : 2].Push(block);
        }
    }

    /// <summary>A new block in place of one that was abandoned; where the system has none the stock is smaller from now on.</summary>
    public void Replace(Slab slab)
    {
        try
        {
            Fill(slab.BlockBytes, 1);
        }
        catch (OutOfMemoryException)
        {
        }
    }

    private void Fill(int bytes, long count)
    {
        for (long i = 0; i < count; i++)
        {
            Block block = _make(bytes);
            // Touched, so that the system has really given it.
            block.All.Clear();
            Put(block);
        }
    }
}
