namespace Umbra.Core.Memory;

/// <summary>Memory that must come from elsewhere, such as what is shared with another process, and yet belongs to the sum.</summary>
public sealed partial class BufferPool
{
    private long _foreign;

    /// <summary>
    /// Charges what the caller is about to take from somewhere else: counted and limited as a block is, but <see cref="Reclaim"/> cannot take it back. The
    /// caller must have given the memory up before the charge is disposed.
    /// </summary>
    /// <returns>Null where a limit is reached or the account is closed. That is no emergency: whoever asks has another way.</returns>
    public ForeignCharge? TryCharge(long bytes, BufferTag tag, Account account)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        bytes = (bytes + StopReport.PageSize - 1) / StopReport.PageSize * StopReport.PageSize;
        if (account.TryCharge(bytes) is not null)
        {
            _tags[(int)tag].Refuse();
            return null;
        }

        if (!_tags[(int)tag].TryAllocate(bytes))
        {
            account.Credit(bytes);
            _tags[(int)tag].Refuse();
            return null;
        }

        Interlocked.Add(ref _foreign, bytes);
        return new ForeignCharge(this, tag, account, bytes);
    }

    internal void EndCharge(BufferTag tag, Account account, long bytes)
    {
        Interlocked.Add(ref _foreign, -bytes);
        _tags[(int)tag].Free(bytes);
        account.Credit(bytes);
    }
}
