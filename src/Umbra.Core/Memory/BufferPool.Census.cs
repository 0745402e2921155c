namespace Umbra.Core.Memory;

/// <summary>What is out, seen from the memory's side instead of from the counters'.</summary>
public sealed partial class BufferPool
{
    private int _epoch;
    private long _abandoned;

    /// <summary>Begins the next epoch. The pool reads no clock; its host calls this about once a second.</summary>
    public void Tick() => Interlocked.Increment(ref _epoch);

    /// <summary>
    /// Who has blocks out, one entry for each account and tag, the most bytes first. Others go on meanwhile: each entry adds up blocks that were all out when they
    /// were looked at, which is not one moment.
    /// </summary>
    /// <param name="settledFor">Blocks rented at least so many epochs ago are settled: this burst's traffic is not among them.</param>
    public IReadOnlyList<HeldBlocks> ReadHeld(int settledFor)
    {
        int now = Volatile.Read(ref _epoch);
        BlockCensus census = new();
        foreach (Block block in Blocks())
        {
            if (block.ReadRent() is { } rent)
            {
                census.Add(rent, isSettled: now - rent.Epoch >= settledFor);
            }
        }

        return census.ToList();
    }

    /// <summary>
    /// Takes back what a closed account and those below it still have out. It is as if its holders had returned it: nothing is charged for it any more, a lease of it
    /// throws, returning it does nothing. The memory itself is abandoned, never rented again, since whoever did not return it may still write to it: it goes when
    /// nobody refers to it any more and the rest of its slab is free. Whoever was just renting when the account was closed may have his block still: call again.
    /// </summary>
    /// <returns>What was taken back, the most bytes first; all of it counts as settled.</returns>
    /// <exception cref="InvalidOperationException">The account is open: its holders are at work.</exception>
    public IReadOnlyList<HeldBlocks> Reclaim(Account account)
    {
        if (!account.IsClosed)
        {
            throw new InvalidOperationException($"account {account.Name} is open: dispose it before its blocks are reclaimed");
        }

        BlockCensus census = new();
        foreach (Block block in Blocks())
        {
            if (block.ReadRent() is { } rent && rent.Account.IsBelow(account) && block.TryReclaim(rent.Generation))
            {
                Abandon(block);
                census.Add(rent, isSettled: true);
            }
        }

        return census.ToList();
    }

    private IEnumerable<Block> Blocks()
    {
        foreach (Slab slab in _slabs.ToArray())
        {
            int carved = slab.Carved;
            for (int i = 0; i < carved; i++)
            {
                yield return slab[i];
            }
        }
    }

    /// <summary>Once per rent, as <see cref="Return"/>.</summary>
    private void Abandon(Block block)
    {
        Verifier?.Reclaimed(block);
        Slab slab = block.Slab;
        if (slab.IsShared)
        {
            Interlocked.Add(ref _abandoned, block.Capacity);
            _freeLists[slab.SizeClass].Abandon(slab);
        }
        else
        {
            _slabs.Remove(slab);
            if (slab.IsStock)
            {
                _stock.Replace(slab);
            }
        }

        Account account = block.Account!;
        _tags[(int)block.Tag].Reclaim(block.Capacity);
        account.Credit(block.Capacity);
    }
}
