using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Transports.Drivers;

/// <summary>
/// All memory of one listener's connections: an account that is closed, and reclaimed, with it. It can be replaced while the listener goes on; blocks know whose they
/// are, so those of before go back to where they came from.
/// </summary>
/// <param name="driverName">For people.</param>
internal sealed class ListenerArena(string driverName, BufferTag tag, Func<Account> open, Func<Account, MemoryPool<byte>> memoryOf) : MemoryPool<byte>
{
    private volatile Current _current = new(open(), memoryOf);

    public string DriverName => driverName;

    public BufferTag Tag => tag;

    public Account Account => _current.Account;

    public override int MaxBufferSize => _current.Pool.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => _current.Pool.Rent(minBufferSize);

    /// <summary>What is rented from now on is of a new account; returns the one before, still open.</summary>
    public Account Renew()
    {
        Account before = _current.Account;
        _current = new Current(open(), memoryOf);
        return before;
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Current(Account account, Func<Account, MemoryPool<byte>> memoryOf)
    {
        public Account Account => account;

        public MemoryPool<byte> Pool { get; } = memoryOf(account);
    }
}
