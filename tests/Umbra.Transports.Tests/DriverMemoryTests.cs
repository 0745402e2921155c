using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Sockets;
using Umbra.Transports.Tests.Contract;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Tests;

/// <summary>Whose memory a socket's buffers are: the driver's by tag, and somebody's account.</summary>
public sealed class DriverMemoryTests : PoolTest
{
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(WireKind.Tcp)]
    [InlineData(WireKind.Pipe)]
    public async Task Listen_WithAPayer_RentsUnderTheDriversTagAndThePayer_AllIsBack(WireKind kind)
    {
        Account payer = Pool.Root.Open("payer");
        Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo, payer: payer);
        TransportDriver driver = TransportDrivers.Of(wire.Address.EndPoint)!;
        DriverHosts drivers = wire.Services.GetRequiredService<DriverHosts>();
        await using (Stream client = await wire.ConnectBareAsync())
        {
            await EchoAsync(client, 3 * Megabyte);
            Assert.Equal([driver.Tag], TagsUsed());
            Assert.InRange(Pool.ReadTags()[(int)driver.Tag].PeakBytes, 1, payer.PeakBytes);
            Assert.Equal(0, drivers.Of(driver).Account.PeakBytes);
        }

        await wire.DisposeAsync();

        Assert.Equal((0, 0, 0), (payer.Blocks, payer.Bytes, Pool.ReadTags()[(int)driver.Tag].Outstanding));
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    /// <summary>Linux grants twice what is asked for. A Unix socket does not inherit it from the one that listens; and what comes in, its sender pays for.</summary>
    [Theory]
    [InlineData(WireKind.Tcp)]
    [InlineData(WireKind.Pipe)]
    [InlineData(WireKind.TcpTls)]
    [InlineData(WireKind.PipeTls)]
    public async Task Sockets_AcceptedAndDialled_HaveTheKernelsBuffersAsked(WireKind kind)
    {
        TransportOptions asked = new();
        TaskCompletionSource<(int Send, int Receive)> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, connection =>
        {
            Socket socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
            accepted.SetResult((socket.SendBufferSize, socket.ReceiveBufferSize));
            return Task.CompletedTask;
        });
        bool isTcp = kind is WireKind.Tcp or WireKind.TcpTls;
        await using StreamDuplex client = await wire.ConnectAsync();
        (int send, int receive) = await accepted.Task.WaitAsync(Handlers.Limit);
        Assert.Equal(2 * asked.SendBufferSize, send);
        Assert.True(!isTcp || receive == 2 * asked.ReceiveBufferSize, $"{receive} bytes");

        await using Stream bare = await wire.ConnectBareAsync();
        Socket dialled = Assert.IsType<NetworkStream>(Assert.IsType<CountedStream>(bare).Inner).Socket;
        Assert.Equal(2 * asked.SendBufferSize, dialled.SendBufferSize);
        Assert.True(!isTcp || dialled.ReceiveBufferSize == 2 * asked.ReceiveBufferSize, $"{dialled.ReceiveBufferSize} bytes");
    }

    [Theory]
    [InlineData(WireKind.Tcp)]
    [InlineData(WireKind.Pipe)]
    [InlineData(WireKind.NetBios)]
    [InlineData(WireKind.Memory)]
    [InlineData(WireKind.TcpTls)]
    [InlineData(WireKind.PipeTls)]
    [InlineData(WireKind.NetBiosTls)]
    [InlineData(WireKind.MemoryTls)]
    public async Task Listen_WithoutAPayer_TheDriverPays_AllIsBack(WireKind kind)
    {
        Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        TransportDriver driver = TransportDrivers.Of(wire.Address.EndPoint)!;
        Account account = wire.Services.GetRequiredService<DriverHosts>().Of(driver).Account;
        await using (StreamDuplex client = await wire.ConnectAsync())
        {
            Task<byte[]> reading = client.Input.ReadAsync(3 * Megabyte);
            await client.Output.WriteAsync(new byte[3 * Megabyte]);
            await reading;
            Assert.Equal([driver.Tag, BufferTag.Test], TagsUsed());
            Assert.InRange(Pool.ReadTags()[(int)driver.Tag].PeakBytes, 1, account.PeakBytes);
        }

        await wire.DisposeAsync();

        Assert.Equal((0, 0), (account.Blocks, account.Bytes));
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    [Theory]
    [InlineData(WireKind.Tcp, "Tdtcp")]
    [InlineData(WireKind.Pipe, "Tdpipe")]
    [InlineData(WireKind.NetBios, "Tdnetb")]
    public async Task Dispose_BlockLeftOut_SaysWhoseItIs(WireKind kind, string driver)
    {
        // To a verifier what this does on purpose is a fault.
        Pool.Verifier = null;
        TaskCompletionSource<IDisposable> kept = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Wire wire = await Wire.StartAsync(kind, Pool, connection =>
        {
            kept.SetResult(connection.Features.Get<IMemoryPoolFeature>()!.MemoryPool.Rent(16 * 1024));
            return Task.CompletedTask;
        });
        await using (Stream client = await wire.ConnectBareAsync())
        {
            using IDisposable block = await kept.Task.WaitAsync(Handlers.Limit);
            await wire.DisposeAsync();
        }

        string error = Assert.Single(wire.Log.Lines, line => line.Level >= LogLevel.Error).Text;
        Assert.StartsWith($"driver {driver}, {driver} ", error, StringComparison.Ordinal);
        Assert.Contains("1 blocks, 16384 bytes were not returned", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WireKind.Tcp)]
    [InlineData(WireKind.Pipe)]
    public async Task Flood_OfShadowers_StaysOffTheReserve_OwnerIsServed(WireKind kind)
    {
        const int Flood = 24;
        using BufferPool pool = new(limit: Megabyte, reserve: Megabyte / 2);
        Account owner = pool.Root.Open("owner", mustSucceed: true);
        Account shadowers = owner.Open("shadowers");
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire shadow = await Wire.StartAsync(kind, pool, _ => over.Task, payer: shadowers);
        await using Wire desk = await Wire.StartAsync(kind, pool, Handlers.Echo, payer: owner);
        TransportDriver driver = TransportDrivers.Of(desk.Address.EndPoint)!;
        List<Stream> clients = [];
        try
        {
            for (int i = 0; i < Flood; i++)
            {
                Stream client = await shadow.ConnectBareAsync();
                clients.Add(client);
                _ = client.WriteAsync(new byte[Megabyte / 8]).AsTask().ContinueWith(t => t.Exception, TaskScheduler.Default);
            }

            using CancellationTokenSource patience = new(Handlers.Limit);
            while (pool.ReadTags()[(int)driver.Tag].Refused == 0)
            {
                await Task.Delay(5, patience.Token);
            }

            // Sockets may have half of the reserve, and the owner has the other.
            Assert.InRange(pool.Root.PeakBytes, 1, 3 * Megabyte / 4);
            await using Stream viewer = await desk.ConnectBareAsync();
            await EchoAsync(viewer, 3 * Megabyte);
        }
        finally
        {
            over.SetResult();
            clients.ForEach(client => client.Dispose());
        }

        await shadow.DisposeAsync();
        await desk.DisposeAsync();
        Assert.Equal(0, pool.Root.Blocks);
        Assert.DoesNotContain(shadow.Log.Lines.Concat(desk.Log.Lines), line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Listen_AddressTaken_LeavesNothingBehind()
    {
        await using Wire wire = await Wire.StartAsync(WireKind.Tcp, Pool, Handlers.Echo);
        ITransportListenerFactory factory = wire.Services.GetServices<IConnectionListenerFactory>().OfType<ITransportListenerFactory>()
            .Single(f => f.CanBind(wire.Address.EndPoint));

        await Assert.ThrowsAsync<AddressInUseException>(() => factory.BindAsync(wire.Address.EndPoint, Account, CancellationToken.None).AsTask());

        Assert.Equal(0, Account.Blocks);
    }

    [Fact]
    public async Task Bind_KestrelsSettingsDoNotTakeTheMemory_Throws()
    {
        await using DriverHost host = new(
            TransportDrivers.Tcp, Pool, new DriverMemory(Pool), new TransportOptions(), TimeProvider.System, SocketSettings.None, NullLoggerFactory.Instance);

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Account, CancellationToken.None).AsTask());
    }

    [Theory]
    [InlineData("/run/api.sock", false)]
    [InlineData("/run/link.sock", true)]
    public async Task CanBind_TheApisSocket_IsLeftToKestrel(string path, bool isOurs)
    {
        await using DriverHost host = new(
            TransportDrivers.Pipe, Pool, new DriverMemory(Pool), new TransportOptions(), TimeProvider.System, SocketSettings.None, NullLoggerFactory.Instance,
            new UnixDomainSocketEndPoint("/run/api.sock"));

        Assert.Equal(isOurs, host.CanBind(new UnixDomainSocketEndPoint(path)));
    }

    private static async Task EchoAsync(Stream client, int count)
    {
        byte[] sent = new byte[count];
        Random.Shared.NextBytes(sent);
        byte[] received = new byte[count];
        Task writing = client.WriteAsync(sent).AsTask();
        await client.ReadExactlyAsync(received).AsTask().WaitAsync(Handlers.Limit);
        await writing;
        Assert.Equal(sent, received);
    }

    private IEnumerable<BufferTag> TagsUsed() => Pool.ReadTags().Where(t => t.Allocs > 0).Select(t => t.Tag);
}
