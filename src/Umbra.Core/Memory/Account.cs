namespace Umbra.Core.Memory;

/// <summary>
/// What one link, session or viewer holds. Accounts nest: a charge counts against this account and every account above it,
/// and is refused as a whole where any of their limits is reached. The last part of a limit, its reserve, is for accounts that must succeed: the owners' path.
/// Thread-safe.
/// </summary>
public sealed class Account : IDisposable
{
    private long _holding;
    private long _peak;
    private int _closed;

    internal Account(string name, Account? parent, long limit, long reserve, bool mustSucceed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reserve);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reserve, limit);
        Name = name;
        Parent = parent;
        Limit = limit;
        Reserve = reserve;
        MustSucceed = mustSucceed;
    }

    public string Name { get; }

    public Account? Parent { get; }

    /// <summary>Most bytes this account and those below it may hold together.</summary>
    public long Limit { get; }

    /// <summary>Bytes of the limit that only accounts with <see cref="MustSucceed"/> may use, here and below.</summary>
    public long Reserve { get; }

    /// <summary>May use the reserves of the accounts above.</summary>
    public bool MustSucceed { get; }

    /// <summary>Bytes held now, in block sizes (what the process really pays).</summary>
    public long Bytes => Holding.Bytes(Volatile.Read(ref _holding));

    /// <summary>Blocks held now.</summary>
    public long Blocks => Holding.Blocks(Volatile.Read(ref _holding));

    public long PeakBytes => Volatile.Read(ref _peak);

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>An account below this one that has to do with what is left to everybody.</summary>
    public Account Open(string name, long limit = long.MaxValue) => new(name, this, limit, reserve: 0, mustSucceed: false);

    /// <summary>An account below this one for something that must go on when memory is short.</summary>
    /// <param name="reserve">What of <paramref name="limit"/> is out of reach for accounts opened below with <see cref="Open"/>.</param>
    public Account OpenMustSucceed(string name, long limit = long.MaxValue, long reserve = 0) => new(name, this, limit, reserve, mustSucceed: true);

    /// <summary>
    /// Closes the account: nothing more can be charged to it. What is still out is returned by its holders as usual;
    /// <see cref="Blocks"/> says how much that is.
    /// </summary>
    public void Dispose() => Volatile.Write(ref _closed, 1);

    /// <summary>Charges here and above, or nowhere. Returns the account that refused, or null.</summary>
    internal Account? TryCharge(long bytes)
    {
        for (Account? account = this; account is not null; account = account.Parent)
        {
            if (!account.TryAdd(bytes, MustSucceed ? account.Limit : account.Limit - account.Reserve))
            {
                for (Account undo = this; undo != account; undo = undo.Parent!)
                {
                    undo.Subtract(bytes);
                }

                return account;
            }
        }

        return null;
    }

    internal void Credit(long bytes)
    {
        for (Account? account = this; account is not null; account = account.Parent)
        {
            account.Subtract(bytes);
        }
    }

    private bool TryAdd(long bytes, long limit)
    {
        if (IsClosed)
        {
            return false;
        }

        // Compared before it is added: a charge that is refused is never seen, by readers or by others who charge.
        long added = Holding.OfBlock(bytes);
        long seen = Volatile.Read(ref _holding);
        while (Holding.Bytes(seen + added) <= limit)
        {
            long before = Interlocked.CompareExchange(ref _holding, seen + added, seen);
            if (before == seen)
            {
                RaisePeak(Holding.Bytes(seen + added));
                return true;
            }

            seen = before;
        }

        return false;
    }

    private void RaisePeak(long now)
    {
        long peak;
        while (now > (peak = Volatile.Read(ref _peak)) && Interlocked.CompareExchange(ref _peak, now, peak) != peak)
        {
        }
    }

    private void Subtract(long bytes) => Interlocked.Add(ref _holding, -Holding.OfBlock(bytes));
}
