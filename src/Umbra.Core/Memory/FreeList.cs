namespace Umbra.Core.Memory;

/// <summary>Free blocks of one size, in a few stacks so that cores seldom meet at a lock.</summary>
internal sealed class FreeList
{
    private readonly Stack<Block>[] _stripes = new Stack<Block>[Math.Min(8, Environment.ProcessorCount)];

    public FreeList()
    {
        for (int i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stack<Block>();
        }
    }

    public void Push(Block block)
    {
        Stack<Block> stripe = _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
        lock (stripe)
        {
            stripe.Push(block);
        }
    }

    public Block? Pop()
    {
        int first = Thread.GetCurrentProcessorId() % _stripes.Length;
        for (int i = 0; i < _stripes.Length; i++)
        {
            Stack<Block> stripe = _stripes[(first + i) % _stripes.Length];
            lock (stripe)
            {
                if (stripe.TryPop(out Block? block))
                {
                    return block;
                }
            }
        }

        return null;
    }

    /// <summary>Drops all blocks; returns their bytes.</summary>
    public long Clear()
    {
        long bytes = 0;
        foreach (Stack<Block> stripe in _stripes)
        {
            lock (stripe)
            {
                foreach (Block block in stripe)
                {
                    bytes += block.Array.Length;
                }

                stripe.Clear();
            }
        }

        return bytes;
    }
}
