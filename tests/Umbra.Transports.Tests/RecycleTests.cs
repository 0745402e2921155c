using System.Buffers;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Tests.Contract;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Tests;

/// <summary>A listener whose driver forgets what it takes: it can be recycled, and closing it takes everything back.</summary>
public sealed class RecycleTests : PoolTest
{
    private const int Bytes = 1024 * 1024;

    [Theory]
    [InlineData(WireKind.Tcp)]
    [InlineData(WireKind.Pipe)]
    public async Task Recycle_DriverThatForgets_ConnectionsAreCutAllIsTakenBackAndOthersCanConnect(WireKind kind)
    {
        Pool.Verifier = null;
        Account payer = Pool.Root.Open("payer");
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo, payer: payer, memory: new ForgetfulMemory(Pool));
        await using Stream before = await wire.ConnectBareAsync();
        await EchoAsync(before);
        Account listener = Listener();
        Assert.NotEqual(0, Forgotten());

        listener.Recycle!("it leaks");

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await before.ReadExactlyAsync(new byte[1]);
        });
        while (!wire.Log.Lines.Any(line => line.Level == LogLevel.Error && line.Text.Contains("tag Mdl", StringComparison.Ordinal) && line.Text.Contains("reclaimed", StringComparison.Ordinal)))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, listener.Blocks);
        Assert.Equal(0, Forgotten());

        await using Stream after = await wire.ConnectBareAsync();
        await EchoAsync(after);
        Assert.NotEqual(listener.Id, Listener().Id);
        await wire.DisposeAsync();
        Assert.Equal(0, payer.Blocks);

        Account Listener() => Pool.ReadHeld(0).First(held => held.Tag == BufferTag.Mdl).Account;
    }

    private long Forgotten() => Pool.ReadTags()[(int)BufferTag.Mdl].Outstanding;

    private static async Task EchoAsync(Stream stream)
    {
        Task writing = stream.WriteAsync(new byte[Bytes]).AsTask();
        await stream.ReadExactlyAsync(new byte[Bytes]);
        await writing;
    }

    /// <summary>With each buffer a descriptor, which is never returned.</summary>
    private sealed class ForgetfulMemory(BufferPool pool) : IDriverMemory
    {
        public MemoryPool<byte> Of(TransportDriver driver, Account account) => new Forgetful(pool, pool.AsMemoryPool(driver.Tag, account), account);

        private sealed class Forgetful(BufferPool pool, MemoryPool<byte> inner, Account account) : MemoryPool<byte>
        {
            public override int MaxBufferSize => inner.MaxBufferSize;

            public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
            {
                pool.Rent(256, BufferTag.Mdl, account);
                return inner.Rent(minBufferSize);
            }

            protected override void Dispose(bool disposing)
            {
            }
        }
    }
}
