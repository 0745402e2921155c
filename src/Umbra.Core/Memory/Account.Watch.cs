namespace Umbra.Core.Memory;

/// <summary>For who watches over accounts: what they may hold without being suspicious, and what can be done about one that is.</summary>
public sealed partial class Account
{
    private readonly List<(BufferTag Tag, Func<long> Bytes)> _explanations = [];

    /// <summary>
    /// Closes and opens again whatever this account is for, so that all it holds is returned or reclaimed; returns at once. Null: there is nothing that can be closed
    /// by itself here.
    /// </summary>
    public Action<string>? Recycle { get; set; }

    /// <summary>Says what the present work accounts for. <see cref="PoolWatchdog"/> looks only at growth beyond that.</summary>
    /// <param name="bytes">Asked about once a second, from any thread; must not rent.</param>
    public void Explain(BufferTag tag, Func<long> bytes)
    {
        lock (_explanations)
        {
            _explanations.Add((tag, bytes));
        }
    }

    /// <summary>Takes back what is out of this closed account and those below it; see <see cref="BufferPool.Reclaim"/>.</summary>
    public IReadOnlyList<HeldBlocks> Reclaim() => _pool.Reclaim(this);

    internal long Explained(BufferTag tag)
    {
        lock (_explanations)
        {
            return _explanations.Where(e => e.Tag == tag).Sum(e => e.Bytes());
        }
    }

    /// <summary>Blocks in the pool remember whose they were last, and are not to keep all that has been explained here.</summary>
    private void ForgetExplanations()
    {
        Recycle = null;
        lock (_explanations)
        {
            _explanations.Clear();
        }
    }
}
