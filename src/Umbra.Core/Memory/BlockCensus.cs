using System.Runtime.InteropServices;

namespace Umbra.Core.Memory;

/// <summary>Adds up blocks that are out by account and tag. Not thread-safe.</summary>
internal sealed class BlockCensus
{
    private readonly Dictionary<(Account Account, BufferTag Tag), Sum> _sums = [];

    public void Add(in BlockRent rent, bool isSettled)
    {
        ref Sum sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (rent.Account, rent.Tag), out _);
        sum.Blocks++;
        sum.Bytes += rent.Bytes;
        if (isSettled)
        {
            sum.SettledBlocks++;
            sum.SettledBytes += rent.Bytes;
        }
    }

    /// <summary>The most bytes first.</summary>
    public IReadOnlyList<HeldBlocks> ToList() =>
    [
        .. _sums.Select(entry => new HeldBlocks(
                entry.Key.Account, entry.Key.Tag, entry.Value.Blocks, entry.Value.Bytes, entry.Value.SettledBlocks, entry.Value.SettledBytes))
            .OrderByDescending(held => held.Bytes),
    ];

    private struct Sum
    {
        public long Blocks;
        public long Bytes;
        public long SettledBlocks;
        public long SettledBytes;
    }
}
