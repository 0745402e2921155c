using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports.Sockets;

/// <summary>
/// All memory of one listener's connections: an account that is closed, and reclaimed, with it. It can be replaced while the listener goes on; blocks know whose they
/// are, so those of before go back to where they came from.
/// </summary>
internal sealed class ListenerArena(TransportDriver driver, IDriverMemory memory, Func<Account> open) : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private volatile Current _current = new(driver, memory, open());

    /// <summary>Somebody takes memory here.</summary>
    public bool IsUsed { get; private set; }

    public Account Account => _current.Account;

    public override int MaxBufferSize => _current.Pool.MaxBufferSize;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        IsUsed = true;
        return this;
    }

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => _current.Pool.Rent(minBufferSize);

    /// <summary>What is rented from now on is of a new account; returns the one before, still open.</summary>
    public Account Renew()
    {
        Account before = _current.Account;
        _current = new Current(driver, memory, open());
        return before;
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Current(TransportDriver driver, IDriverMemory memory, Account account)
    {
        public Account Account => account;

        public MemoryPool<byte> Pool { get; } = memory.Of(driver, account);
    }
}
