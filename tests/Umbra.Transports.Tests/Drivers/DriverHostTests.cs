using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Ipx;
using Umbra.Transports.Memory;
using Umbra.Transports.Sockets;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Drivers;

public sealed class DriverHostTests : PoolTest
{
    private readonly LogCollector _log = new();
    private readonly LoggerFactory _loggers = new();

    public DriverHostTests() => _loggers.AddProvider(_log);

    [Fact]
    public async Task Start_DriverOfAnotherContract_IsRefusedAndSaysWhichIsNeeded()
    {
        await using DriverHost host = Host(new SeventhDriver(TransportContract.Version - 1));
        string expected = $"version {TransportContract.Version - 1} of the transport contract, and this node needs version {TransportContract.Version}";

        Assert.Equal(DriverState.Refused, host.State);
        Assert.Contains(expected, host.Problem, StringComparison.Ordinal);
        Assert.Contains(_log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains(expected, StringComparison.Ordinal));
        TransportException refused = await Assert.ThrowsAsync<TransportException>(() => host.ConnectAsync(TransportAddress.Memory("x"), CancellationToken.None).AsTask());
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, (await Assert.ThrowsAsync<TransportException>(() => host.StartAsync(CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.Equal(DriverState.Refused, host.State);
    }

    /// <summary>A driver that nobody has heard of: all it takes is a class.</summary>
    [Fact]
    public async Task Bind_ASeventhDriver_IsServedAsTheOthersAre()
    {
        await using DriverHost host = Host(new SeventhDriver(TransportContract.Version));
        await using IConnectionListener listener = await host.BindAsync(new MemoryEndPoint("seventh"), Account, CancellationToken.None);
        ValueTask<ConnectionContext?> accepting = listener.AcceptAsync();
        await using Stream client = await host.ConnectAsync(TransportAddress.Memory("seventh"), CancellationToken.None);
        await using ConnectionContext server = (await accepting)!;

        await client.WriteAsync("hello"u8.ToArray());

        Assert.Equal("hello"u8.ToArray(), await server.Transport.Input.ReadAsync(5));
        Assert.Equal((2, 5, 5), (host.Counters.Connections, host.Counters.Sent, host.Counters.Received));
        Assert.Equal([listener.EndPoint], host.Listening);
    }

    [Fact]
    public async Task Start_AddressTakenMeanwhile_FailsAndSaysSo_OnceItIsFreeItWorks()
    {
        await using Wire wire = await Wire.StartAsync(WireKind.Tcp, Pool, Handlers.Echo);
        await wire.Driver.StopAsync();
        using (Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            other.Bind(wire.Address.EndPoint);
            other.Listen();

            TransportException failed = await Assert.ThrowsAsync<TransportException>(() => wire.Driver.StartAsync(CancellationToken.None));

            Assert.Contains($"cannot listen on {wire.Address.EndPoint} again", failed.Message, StringComparison.Ordinal);
            Assert.Equal((DriverState.Failed, failed.Message), (wire.Driver.State, wire.Driver.Problem));
        }

        await wire.Driver.StartAsync(CancellationToken.None);

        Assert.Equal((DriverState.Running, null), (wire.Driver.State, wire.Driver.Problem));
        await using StreamDuplex client = await wire.ConnectAsync();
        await client.Output.WriteAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await client.Input.ReadAsync(1));
    }

    /// <summary>As when a process that is being started still has the socket.</summary>
    [Fact]
    public async Task Start_AddressTakenForAMoment_WaitsForIt()
    {
        await using Wire wire = await Wire.StartAsync(WireKind.Spx, Pool, Handlers.Echo);
        await wire.Driver.StopAsync();
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IpxOptions options = ((IpxEndPoint)wire.Address.EndPoint).Options;
        other.Bind(new IPEndPoint(options.From!, options.Port));

        Task starting = wire.Driver.StartAsync(CancellationToken.None);
        await Task.Delay(50);
        Assert.False(starting.IsCompleted);
        other.Dispose();
        await starting.WaitAsync(Handlers.Limit);

        Assert.Equal(DriverState.Running, wire.Driver.State);
    }

    /// <summary>One driver's stop is nobody else's business.</summary>
    [Fact]
    public async Task Stop_OneDriver_TheOthersGoOn()
    {
        await using Wire tcp = await Wire.StartAsync(WireKind.Tcp, Pool, Handlers.Echo);
        await using StreamDuplex client = await tcp.ConnectAsync();

        await ((DriverHosts)tcp.Services.GetService(typeof(DriverHosts))!).Of(TransportDrivers.Pipe).StopAsync();

        await client.Output.WriteAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await client.Input.ReadAsync(1));
    }

    [Fact]
    public async Task Connect_Failures_AreCountedByKind()
    {
        await using DriverHost host = Host(TransportDrivers.Tcp);
        using Socket closed = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        TransportAddress nobody = TransportAddress.Tcp("127.0.0.1", ((IPEndPoint)closed.LocalEndPoint!).Port);

        await Assert.ThrowsAsync<TransportException>(() => host.ConnectAsync(nobody, CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<TransportException>(() => host.ConnectAsync(TransportAddress.Tcp("no-such-host.invalid", 1), CancellationToken.None).AsTask());

        Assert.Equal((1, 1), (host.Counters.Errors(TransportError.Refused), host.Counters.Errors(TransportError.Unreachable)));
        Assert.Equal((0, 0), (host.Counters.Connections, host.OpenConnections));
    }

    private DriverHost Host(TransportDriver driver) =>
        new(driver, Pool, new DriverMemory(Pool), new TransportOptions(), TimeProvider.System, SocketSettings.None, _loggers);

    private sealed class SeventhDriver(int contract) : TransportDriver(contract)
    {
        public override string Name => "Tdseven";

        public override string Scheme => "seven";

        public override string AddressForm => "seven://NAME";

        public override string Medium => "a test";

        public override BufferTag Tag => BufferTag.Test;

        public override bool Owns(EndPoint endPoint) => endPoint is MemoryEndPoint;

        public override string? Read(string rest, out TransportAddress? address)
        {
            address = new TransportAddress(this, rest, 0, new MemoryEndPoint(rest), rest);
            return null;
        }

        public override ITransport Open(DriverContext context) => new MemoryTransport(context.Memory, context.Options);
    }
}
