using System.Runtime.CompilerServices;

namespace Umbra.Core.Memory;

/// <summary>
/// What one link, session or viewer holds. Accounts nest: a charge counts against this account and every account above it,
/// and is refused as a whole where any of their limits is reached. The last part of a limit, its reserve, is for accounts that must succeed: the owners' path;
/// half of it for sockets as well.
/// An account knows those opened below it, until they are closed and hold nothing more: what a closed one still holds stays in sight. Thread-safe.
/// </summary>
public sealed partial class Account : IDisposable
{
    /// <summary>In the word of what is held, so that one operation says both, and a charge that finds it open is in before it is closed.</summary>
    private const long Closed = long.MinValue;

    private static long _lastId;
    private readonly BufferPool _pool;
    private readonly LinkedList<Account> _children = [];
    private readonly Lock _childrenGate = new();
    private readonly LinkedListNode<Account> _place;
    private long _holding;
    private long _peak;

    /// <summary>The account above all others.</summary>
    internal Account(BufferPool pool, string name, long limit, long reserve)
        : this(pool, name, null, limit, reserve, mustSucceed: false, isWire: false, driver: null)
    {
    }

    private Account(BufferPool pool, string name, Account? parent, long limit, long reserve, bool mustSucceed, bool isWire, string? driver)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reserve);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reserve, limit);
        Name = name;
        Parent = parent;
        Limit = limit;
        Reserve = reserve;
        MustSucceed = mustSucceed;
        IsWire = isWire;
        Driver = driver ?? parent?.Driver;
        _pool = pool;
        Id = Interlocked.Increment(ref _lastId);
        _place = new LinkedListNode<Account>(this);
        parent?.Add(_place);
    }

    /// <summary>Tells accounts of one name apart; grows from one opened to the next.</summary>
    public long Id { get; }

    public string Name { get; }

    public Account? Parent { get; }

    /// <summary>Most bytes this account and those below it may hold together.</summary>
    public long Limit { get; }

    /// <summary>Bytes of the limit that only accounts with <see cref="MustSucceed"/> may use, here and below.</summary>
    public long Reserve { get; }

    /// <summary>May use the reserves of the accounts above.</summary>
    public bool MustSucceed { get; }

    /// <summary>
    /// Pays for what sockets receive and send. There nobody can wait: who is refused a block loses his connection, though he may hold the least. It may use half of
    /// the reserves above.
    /// </summary>
    public bool IsWire { get; }

    /// <summary>The transport driver whose work it pays for; null: nobody's in particular.</summary>
    public string? Driver { get; }

    /// <summary>Bytes held now, in block sizes (what the process really pays).</summary>
    public long Bytes => Holding.Bytes(Volatile.Read(ref _holding) & ~Closed);

    /// <summary>Blocks held now.</summary>
    public long Blocks => Holding.Blocks(Volatile.Read(ref _holding));

    public long PeakBytes => Volatile.Read(ref _peak);

    public bool IsClosed => Volatile.Read(ref _holding) < 0;

    /// <summary>An account below this one.</summary>
    /// <param name="reserve">What of <paramref name="limit"/> is out of reach for accounts below that need not succeed.</param>
    /// <param name="mustSucceed">For something that must go on when memory is short; else it has to do with what is left to everybody.</param>
    /// <param name="isWire">As <see cref="IsWire"/>.</param>
    /// <param name="driver">As <see cref="Driver"/>; null: as here.</param>
    public Account Open(string name, long limit = long.MaxValue, long reserve = 0, bool mustSucceed = false, bool isWire = false, string? driver = null) =>
        new(_pool, name, this, limit, reserve, mustSucceed, isWire, driver);

    /// <summary>
    /// Closes the account: nothing more can be charged to it. What is still out is returned by its holders as usual, or taken by
    /// <see cref="BufferPool.Reclaim"/>; <see cref="Blocks"/> says how much that is. To a <see cref="PoolVerifier"/> it is a fault.
    /// </summary>
    public void Dispose()
    {
        if ((Interlocked.Or(ref _holding, Closed) & Closed) == 0 && Blocks != 0)
        {
            _pool.Verifier?.Closed(this);
        }

        ForgetExplanations();
        LeaveIfEmpty();
    }

    /// <summary>
    /// This account and those below it, parents first, in the order they were opened. Others go on meanwhile, so that each line is true but not all at the
    /// same moment.
    /// </summary>
    public IReadOnlyList<AccountUsage> ReadTree()
    {
        List<AccountUsage> usages = [];
        ReadTree(usages, 0);
        return usages;
    }

    /// <summary>This account, or one of those above it, is <paramref name="other"/>.</summary>
    internal bool IsBelow(Account other)
    {
        Account? account = this;
        while (account is not null && account != other)
        {
            account = account.Parent;
        }

        return account is not null;
    }

    /// <summary>Charges here and above, or nowhere. Returns the account that refused, or null.</summary>
    internal Account? TryCharge(long bytes)
    {
        long added = Holding.OfBlock(bytes);
        for (Account? account = this; account is not null; account = account.Parent)
        {
            if (!account.TryAdd(added, this))
            {
                for (Account undo = this; undo != account; undo = undo.Parent!)
                {
                    undo.Subtract(added);
                }

                return account;
            }
        }

        return null;
    }

    internal void Credit(long bytes)
    {
        long taken = Holding.OfBlock(bytes);
        for (Account? account = this; account is not null; account = account.Parent)
        {
            account.Subtract(taken);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryAdd(long added, Account payer) =>
        Limit == long.MaxValue ? TryAddUnlimited(added) : TryAddBelow(added, LimitFor(payer));

    /// <summary>Without a limit it need not be compared first, which is cheaper, above all where several cores are at it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryAddUnlimited(long added)
    {
        long now = Interlocked.Add(ref _holding, added);
        if (now < 0)
        {
            Subtract(added);
            return false;
        }

        Holding.RaisePeak(ref _peak, Holding.Bytes(now));
        return true;
    }

    private long LimitFor(Account payer) => payer.MustSucceed ? Limit : Limit - (payer.IsWire ? Reserve / 2 : Reserve);

    /// <summary>Compared before it is added: a charge that is refused is never seen, by readers or by others who charge.</summary>
    private bool TryAddBelow(long added, long limit)
    {
        long seen = Volatile.Read(ref _holding);
        while (seen >= 0 && Holding.Bytes(seen + added) <= limit)
        {
            long before = Interlocked.CompareExchange(ref _holding, seen + added, seen);
            if (before == seen)
            {
                Holding.RaisePeak(ref _peak, Holding.Bytes(seen + added));
                return true;
            }

            seen = before;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Subtract(long taken)
    {
        if (Interlocked.Add(ref _holding, -taken) == Closed)
        {
            LeaveIfEmpty();
        }
    }

    private void Add(LinkedListNode<Account> child)
    {
        lock (_childrenGate)
        {
            _children.AddLast(child);
        }
    }

    /// <summary>Called when it is closed, and when the last block of a closed one comes back: one of the two sees both.</summary>
    private void LeaveIfEmpty()
    {
        if (Parent is null || Blocks != 0)
        {
            return;
        }

        lock (Parent._childrenGate)
        {
            if (_place.List is not null)
            {
                Parent._children.Remove(_place);
            }
        }
    }

    private void ReadTree(List<AccountUsage> usages, int depth)
    {
        usages.Add(new AccountUsage(Id, Name, depth, Bytes, Blocks, PeakBytes, Limit, IsClosed, Driver));
        Account[] children;
        lock (_childrenGate)
        {
            children = [.. _children];
        }

        foreach (Account child in children)
        {
            child.ReadTree(usages, depth + 1);
        }
    }
}
