using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.NetBios;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.NetBios;

/// <summary>What the driver adds to the contract all drivers keep: names, the handshake of sessions, and strangers who do not go through with it.</summary>
public sealed class NetBiosTransportTests : PoolTest
{
    private readonly FakeTimeProvider _time = new();
    private readonly DriverCounters _counters = new();

    [Fact]
    public async Task Connect_ByNameAlone_FindsTheListener_UntilItIsUnbound()
    {
        string address = $"netb://UMBRA01?port={FreePort.Find()}&names={FreePort.Find()}";
        await using NetBiosTransport transport = new(Context(TimeProvider.System));
        IConnectionListener listener = await ListenAsync(transport, address);
        await using (Stream client = await ConnectAsync(transport, address))
        {
            await using ConnectionContext server = (await listener.AcceptAsync())!;
            await client.WriteAsync("hello"u8.ToArray());
            Assert.Equal("hello"u8.ToArray(), await server.Transport.Input.ReadAsync(5));
            Assert.Null(server.Features.Get<IConnectionSocketFeature>());
            Assert.Equal(listener.EndPoint, server.LocalEndPoint);
        }

        await listener.DisposeAsync();

        TransportException lost = await Assert.ThrowsAsync<TransportException>(() => ConnectAsync(transport, address));
        Assert.Equal(TransportError.Unreachable, lost.Error);
        Assert.Contains($"{address}: nobody has the NetBIOS name UMBRA01#20", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_TwoNamesAtOneAddress_ShareAPort_AndOneNameTwice_Fails()
    {
        int names = FreePort.Find();
        await using NetBiosTransport transport = new(Context(TimeProvider.System));
        Task<IConnectionListener>[] opening = [ListenAsync(transport, $"netb://ONE?port=0&names={names}"), ListenAsync(transport, $"netb://TWO?port=0&names={names}")];
        await using IConnectionListener one = await opening[0];
        await using IConnectionListener two = await opening[1];

        TransportException taken = await Assert.ThrowsAsync<TransportException>(() => ListenAsync(transport, $"netb://ONE?port=0&names={names}"));

        Assert.Equal(TransportError.InUse, taken.Error);
        await (await ConnectAsync(transport, two.EndPoint.ToString()!)).DisposeAsync();
    }

    [Fact]
    public async Task Listen_PortTaken_SaysWhatToDo()
    {
        await using NetBiosTransport transport = new(Context(TimeProvider.System));
        await using IConnectionListener listener = await ListenAsync(transport, "netb://A?port=0&names=off");

        TransportException taken = await Assert.ThrowsAsync<TransportException>(() => ListenAsync(transport, listener.EndPoint.ToString()!));

        Assert.Equal(TransportError.InUse, taken.Error);
        Assert.Contains("choose another on both sides", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Failure_PortThatNeedsAPermission_SaysWhich()
    {
        TransportException denied = Ports.Failure("cannot", Ports.Sessions, new SocketException((int)SocketError.AccessDenied), "port");

        Assert.Equal(TransportError.Denied, denied.Error);
        Assert.Contains("CAP_NET_BIND_SERVICE", denied.Message, StringComparison.Ordinal);
        Assert.Contains("port=1163", denied.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("B", "does not have the name B#20")]
    [InlineData("A#1F", "has the name A, and nobody listens on A#1F")]
    public async Task Connect_ToAnotherName_IsRefusedAndSaysWhy(string name, string expected)
    {
        await using NetBiosTransport transport = new(Context(_time));
        await using IConnectionListener listener = await ListenAsync(transport, "netb://A?port=0&names=off");
        string address = $"netb://{name}?host=127.0.0.1&port={PortOf(listener)}&names=off";

        TransportException refused = await Assert.ThrowsAsync<TransportException>(() => ConnectAsync(transport, address));

        Assert.Equal(TransportError.Refused, refused.Error);
        Assert.Contains(address, refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        using CancellationTokenSource limit = new(Handlers.Limit);
        while (_counters.Dropped != 1)
        {
            // It is counted once it was said.
            await Task.Delay(1, limit.Token);
        }
    }

    [Theory]
    [InlineData("8300000180", TransportError.Refused, "nobody listens on A#20")]
    [InlineData("8300000181", TransportError.Refused, "takes no sessions from")]
    [InlineData("8300000182", TransportError.Refused, "does not have the name A#20")]
    [InlineData("8300000183", TransportError.Refused, "no room")]
    [InlineData("830000018f", TransportError.Refused, "code 8F")]
    [InlineData("48545450", TransportError.Protocol, "does not speak")]
    [InlineData("", TransportError.Reset, "closed before")]
    public async Task Connect_WhatAServerMaySay_IsToldWithTheAddress(string answer, TransportError error, string expected)
    {
        using Socket server = ListenPlainly();
        Task serving = AnswerAsync(server, answer);
        await using NetBiosTransport transport = new(Context(_time));
        string address = $"netb://A?host=127.0.0.1&port={PortOf(server)}&names=off";

        TransportException failed = await Assert.ThrowsAsync<TransportException>(() => ConnectAsync(transport, address));

        await serving;
        Assert.Equal(error, failed.Error);
        Assert.Contains(address, failed.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_NoAnswerToTheRequest_EndsInTime()
    {
        using Socket server = ListenPlainly();
        await using NetBiosTransport transport = new(Context(_time));
        Task<Stream> connecting = ConnectAsync(transport, $"netb://A?host=127.0.0.1&port={PortOf(server)}&names=off");
        using Socket silent = await server.AcceptAsync();
        await silent.ReceiveAsync(new byte[100]);

        _time.Advance(SessionHandshake.Timeout);

        TransportException late = await Assert.ThrowsAsync<TransportException>(() => connecting);
        Assert.Equal(TransportError.TimedOut, late.Error);
    }

    [Fact]
    public async Task Connect_SentElsewhere_FollowsFourTimes()
    {
        await using NetBiosTransport transport = new(Context(_time));
        await using IConnectionListener listener = await ListenAsync(transport, "netb://A?port=0&names=off");
        using Socket server = ListenPlainly();
        string address = $"netb://A?host=127.0.0.1&port={PortOf(server)}&names=off";
        string Retarget(int port) => $"840000067f000001{port:x4}";
        Task serving = AnswerAsync(server, [.. Enumerable.Repeat(Retarget(PortOf(server)), NetBiosConnector.MaxRetargets - 1), Retarget(PortOf(listener))]);
        await (await ConnectAsync(transport, address)).DisposeAsync();
        await serving;

        serving = AnswerAsync(server, [.. Enumerable.Repeat(Retarget(PortOf(server)), NetBiosConnector.MaxRetargets + 1)]);
        TransportException endless = await Assert.ThrowsAsync<TransportException>(() => ConnectAsync(transport, address));

        await serving;
        Assert.Contains("sent elsewhere 4 times", endless.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_StrangersWhoAreSlow_KeepNobodyWaiting_AndEndInTime()
    {
        await using NetBiosTransport transport = new(Context(_time));
        await using IConnectionListener listener = await ListenAsync(transport, "netb://A?port=0&names=off");
        List<Socket> strangers = [];
        for (int i = 0; i < 20; i++)
        {
            strangers.Add(await DialAsync(listener));
            await strangers[i].SendAsync(Convert.FromHexString("81000044")[..(i % 5)]);
        }

        await using Stream client = await ConnectAsync(transport, $"netb://A?host=127.0.0.1&port={PortOf(listener)}&names=off");
        await using ConnectionContext server = (await listener.AcceptAsync())!;
        await client.WriteAsync("x"u8.ToArray());
        await server.Transport.Input.ReadAsync(1);

        _time.Advance(SessionHandshake.Timeout);
        foreach (Socket stranger in strangers)
        {
            await AssertEndedAsync(stranger);
        }

        Assert.Equal(20, _counters.Dropped);
        await client.WriteAsync("y"u8.ToArray());
        Assert.Equal("y"u8.ToArray(), await server.Transport.Input.ReadAsync(1));
    }

    [Fact]
    public async Task Accept_MoreStrangersThanMayWait_AreClosedUnheard()
    {
        await using NetBiosTransport transport = new(Context(_time));
        await using IConnectionListener listener = await ListenAsync(transport, "netb://A?port=0&names=off");
        List<Socket> strangers = [];
        for (int i = 0; i <= NetBiosListener.MaxPending; i++)
        {
            strangers.Add(await DialAsync(listener));
        }

        await AssertEndedAsync(strangers[^1]);

        Assert.Equal(1, _counters.Dropped);
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Fact]
    public async Task Unbind_WithStrangersAndSessionsNobodyAccepted_EndsThemAll()
    {
        await using NetBiosTransport transport = new(Context(_time));
        IConnectionListener listener = await ListenAsync(transport, "netb://A?port=0&names=off");
        using Socket stranger = await DialAsync(listener);
        await using Stream client = await ConnectAsync(transport, $"netb://A?host=127.0.0.1&port={PortOf(listener)}&names=off");

        await listener.UnbindAsync();

        Assert.Null(await listener.AcceptAsync());
        await AssertEndedAsync(stranger);
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit));
        await listener.DisposeAsync();
    }

    /// <summary>A session that is accepted pays where its listener pays; nothing is held while nothing comes.</summary>
    [Fact]
    public async Task Sessions_RentFromTheListenersMemory_AndHoldNothingWhileTheyRest()
    {
        Account payer = Pool.Root.Open("payer");
        await using NetBiosTransport transport = new(Context(_time));
        await using IConnectionListener listener = await transport.ListenAsync(
            TransportAddress.Parse("netb://A?port=0&names=off").ToListenEndPoint(), Pool.AsMemoryPool(BufferTag.TdNetb, payer), CancellationToken.None);
        await using Stream client = await ConnectAsync(transport, $"netb://A?host=127.0.0.1&port={PortOf(listener)}&names=off");
        await using ConnectionContext server = (await listener.AcceptAsync())!;
        await client.WriteAsync(new byte[100_000]);
        await server.Transport.Input.ReadAsync(100_000);
        await server.Transport.Output.WriteAsync(new byte[1000]);
        ValueTask<System.IO.Pipelines.ReadResult> resting = server.Transport.Input.ReadAsync();

        Assert.InRange(payer.PeakBytes, 1, 512 * 1024);
        Assert.Equal((0, 0), (payer.Blocks, Account.Blocks));
        server.Abort();
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            if ((await resting).IsCompleted)
            {
                throw new EndOfStreamException();
            }
        });
    }

    private DriverContext Context(TimeProvider time) =>
        new(Pool.AsMemoryPool(BufferTag.TdNetb, Account), new TransportOptions(), time, _counters, NullLoggerFactory.Instance);

    private Task<IConnectionListener> ListenAsync(NetBiosTransport transport, string address) => transport.ListenAsync(
        TransportAddress.Parse(address).ToListenEndPoint(), Pool.AsMemoryPool(BufferTag.TdNetb, Account), CancellationToken.None).AsTask();

    private static Task<Stream> ConnectAsync(NetBiosTransport transport, string address) =>
        transport.ConnectAsync(TransportAddress.Parse(address), CancellationToken.None).AsTask().WaitAsync(Handlers.Limit);

    private static int PortOf(IConnectionListener listener) => ((NetBiosEndPoint)listener.EndPoint).Port;

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static async Task<Socket> DialAsync(IConnectionListener listener)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, PortOf(listener));
        return socket;
    }

    private static Socket ListenPlainly()
    {
        Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen();
        return server;
    }

    private static async Task AnswerAsync(Socket server, params string[] answers)
    {
        foreach (string answer in answers)
        {
            using Socket peer = await server.AcceptAsync().WaitAsync(Handlers.Limit);
            byte[] request = new byte[72];
            for (int at = 0; at < request.Length;)
            {
                at += await peer.ReceiveAsync(request.AsMemory(at));
            }

            await peer.SendAsync(Convert.FromHexString(answer));
        }
    }

    private static async Task AssertEndedAsync(Socket stranger)
    {
        using (stranger)
        {
            try
            {
                Assert.Equal(0, await stranger.ReceiveAsync(new byte[1]).WaitAsync(Handlers.Limit));
            }
            catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
            {
            }
        }
    }
}
