using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Testing;
using Umbra.Transports.Listening;
using Umbra.Transports.Memory;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Listening;

public sealed class ListenerHostTests : PoolTest
{
    private static readonly TransportAddress Address = TransportAddress.Memory("host");
    private readonly MemoryTransport _transport;

    public ListenerHostTests() => _transport = new MemoryTransport(Pool.AsMemoryPool(BufferTag.TdMemory, Account), new TransportOptions());

    [Fact]
    public async Task Accept_OverTheLimit_ClosesTheNewOne()
    {
        await using ListenerHost host = await ListenAsync(Handlers.Echo, new ConnectionLimits(1));
        await using StreamDuplex first = await ConnectAsync();
        await first.Output.WriteAsync("a"u8.ToArray());
        await first.Input.ReadAsync(1);

        await using StreamDuplex second = await ConnectAsync();
        await second.Input.DrainAsync();
        await first.Output.WriteAsync("b"u8.ToArray());

        Assert.Equal("b"u8.ToArray(), await first.Input.ReadAsync(1));
        Assert.Equal(1, host.Gate.Refused);
    }

    [Fact]
    public async Task Handler_FindsItsGateEntry()
    {
        TaskCompletionSource<GateEntry?> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ListenerHost host = await ListenAsync(connection =>
        {
            found.SetResult(connection.Features.Get<GateEntry>());
            return Task.CompletedTask;
        });
        await using StreamDuplex client = await ConnectAsync();

        Assert.NotNull(await found.Task.WaitAsync(Handlers.Limit));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handler_Throws_OnlyItsConnectionEnds(bool isPeersFault)
    {
        LogCollector log = new();
        int calls = 0;
        ListenerHost host = await ListenAsync(
            connection => Interlocked.Increment(ref calls) > 1 ? Handlers.Echo(connection)
                : throw (isPeersFault ? new ProtocolException("nonsense") : new InvalidOperationException("bug")),
            log: log);
        await using (StreamDuplex first = await ConnectAsync())
        {
            await first.Input.DrainAsync();
        }

        await using (StreamDuplex second = await ConnectAsync())
        {
            await second.Output.WriteAsync("b"u8.ToArray());
            Assert.Equal("b"u8.ToArray(), await second.Input.ReadAsync(1));
        }

        await host.DisposeAsync();
        Assert.Equal(isPeersFault ? 0 : 1, log.Lines.Count(l => l.Level >= LogLevel.Error));
    }

    [Fact]
    public async Task Dispose_WithConnectionsOpen_AbortsThemAndWaitsForTheirHandlers()
    {
        int running = 0;
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ListenerHost host = await ListenAsync(async connection =>
        {
            if (Interlocked.Increment(ref running) == 3)
            {
                started.SetResult();
            }

            await connection.Transport.Input.DrainAsync();
            Interlocked.Decrement(ref running);
        });
        StreamDuplex[] clients = [await ConnectAsync(), await ConnectAsync(), await ConnectAsync()];
        await started.Task.WaitAsync(Handlers.Limit);

        await host.DisposeAsync().AsTask().WaitAsync(Handlers.Limit);

        Assert.Equal((0, 0), (running, host.Gate.Count));
        foreach (StreamDuplex client in clients)
        {
            await client.Input.DrainAsync();
            await client.DisposeAsync();
        }

        await Assert.ThrowsAsync<TransportException>(ConnectAsync);
    }

    [Fact]
    public async Task Dispose_HandlerThatDoesNotEnd_GivesUpAndSaysSo()
    {
        LogCollector log = new();
        TaskCompletionSource never = new();
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MemoryEndPoint endPoint = new("host");
        ListenerHost host = new(await _transport.BindAsync(endPoint), _ => Stuck(started, never), NewGate(new ConnectionLimits()), log)
        {
            StopTimeout = TimeSpan.FromMilliseconds(50),
        };
        await using StreamDuplex client = await ConnectAsync();
        await started.Task.WaitAsync(Handlers.Limit);

        await host.DisposeAsync().AsTask().WaitAsync(Handlers.Limit);

        Assert.Contains(log.Lines, l => l.Text.Contains("1 connections did not end", StringComparison.Ordinal));
        never.SetResult();
    }

    [Fact]
    public async Task Listen_SameEndPointTwice_Throws()
    {
        await using ListenerHost host = await ListenAsync(Handlers.Echo);

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => ListenAsync(Handlers.Echo));
    }

    [Fact]
    public void AddTransports_BeforeKestrel_Throws() =>
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddTransports(Pool));

    private static async Task Stuck(TaskCompletionSource started, TaskCompletionSource never)
    {
        started.SetResult();
        await never.Task;
    }

    private static ConnectionGate NewGate(ConnectionLimits limits) => new(limits, TimeProvider.System);

    private async Task<ListenerHost> ListenAsync(
        Func<ConnectionContext, Task> handler, ConnectionLimits? limits = null, LogCollector? log = null)
    {
        TransportListeners listeners = new([_transport], TimeProvider.System,
            log is null ? NullLoggerFactory.Instance : LoggerFactory.Create(b => b.AddProvider(log)));
        return await listeners.ListenAsync(Address.ToListenEndPoint(), null, handler, limits ?? new ConnectionLimits(), CancellationToken.None);
    }

    private async Task<StreamDuplex> ConnectAsync() =>
        new(await _transport.ConnectAsync(Address, CancellationToken.None), Pool.AsMemoryPool(BufferTag.Test, Account));
}
