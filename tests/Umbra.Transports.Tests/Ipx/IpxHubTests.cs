using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Ipx;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Ipx;

public sealed class IpxHubTests : PoolTest
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Clients_OfAHub_ReachEachOther()
    {
        await using IpxHub hub = NewHub();
        IpxOptions options = new() { Hub = hub.Local };
        await using IpxStation one = await IpxStation.OpenAsync(Pool, options, 0x9090);
        await using IpxStation two = await IpxStation.OpenAsync(Pool, options);
        await using IpxStation three = await IpxStation.OpenAsync(Pool, options with { Hub = new DnsEndPoint("localhost", hub.Local.Port) }, 0x9090);
        Assert.Equal(3, hub.Clients);
        Assert.StartsWith("00000000.7F000001", one.Socket.Address.ToString(), StringComparison.Ordinal);

        two.Socket.Send(one.Socket.Address, 5, "one"u8);
        (IpxAddress source, byte type, byte[] payload) = await one.ReceiveAsync();
        Assert.Equal(two.Socket.Address, source);
        Assert.Equal(5, type);
        Assert.Equal("one"u8.ToArray(), payload);

        two.Socket.Send(new IpxAddress(0, IpxNode.Broadcast, 0x9090), 4, "all"u8);
        Assert.Equal("all"u8.ToArray(), (await one.ReceiveAsync()).Payload);
        Assert.Equal("all"u8.ToArray(), (await three.ReceiveAsync()).Payload);
    }

    [Fact]
    public async Task Registration_AsDosBoxSendsIt_IsAnsweredInKind()
    {
        await using IpxHub hub = NewHub();
        using Socket client = NewClient();
        Send(client, hub, "FFFF001E0000" + "000000000000000000000002" + "000000000000000000000002");
        byte[] answer = await ReceiveAsync(client);
        int port = ((IPEndPoint)client.LocalEndPoint!).Port;
        Assert.Equal($"FFFF001E0000000000007F000001{port:X4}0002000000017F000001{hub.Local.Port:X4}0002", Convert.ToHexString(answer));

        Send(client, hub, "FFFF001E0000" + "000000000000000000000002" + "000000000000000000000002");
        Assert.Equal(answer, await ReceiveAsync(client));
        Assert.Equal(1, hub.Clients);
    }

    [Fact]
    public async Task Hub_IsFull_DoesNotAnswer()
    {
        await using IpxHub hub = NewHub(maxClients: 1);
        await using IpxStation one = await IpxStation.OpenAsync(Pool, new IpxOptions { Hub = hub.Local });
        using Socket second = NewClient();
        Send(second, hub, "FFFF001E0000" + "000000000000000000000002" + "000000000000000000000002");
        await UntilAsync(() => hub.Counters[IpxDrop.HubFull] == 1);
        Assert.Equal(1, hub.Clients);
        Assert.Equal(0, second.Available);
    }

    /// <summary>Strangers, clients that say they are others, packets for nobody, and garbage.</summary>
    [Fact]
    public async Task Hub_BadPackets_AreDropped()
    {
        await using IpxHub hub = NewHub();
        using Socket client = NewClient();
        Send(client, hub, "FFFF001E0000" + "00000000FFFFFFFFFFFF9090" + "000000007F00000100019090");
        Send(client, hub, "FFFF001E0000" + "000000000000000000000002" + "000000000000000000000002");
        Send(client, hub, "FFFF001E0000" + "00000000FFFFFFFFFFFF9090" + "000000007F00000100019090");
        Send(client, hub, "FFFF001E0000" + "00000000" + "7F0000010001" + "9090" + "00000000" + Node(client) + "9090");
        Send(client, hub, "01");
        Send(client, hub, "FFFF00FF0000" + "000000000000000000000002" + "000000000000000000000002");
        await UntilAsync(() => hub.Counters[IpxDrop.Length] == 1);
        Assert.Equal(2, hub.Counters[IpxDrop.Spoofed]);
        Assert.Equal(1, hub.Counters[IpxDrop.NoRoute]);
        Assert.Equal(1, hub.Counters[IpxDrop.Short]);
        Assert.Equal(1, hub.Clients);
    }

    [Fact]
    public async Task Hub_SilentClients_ArePingedAndForgotten()
    {
        await using IpxHub hub = NewHub();
        using Socket client = NewClient();
        Send(client, hub, "FFFF001E0000" + "000000000000000000000002" + "000000000000000000000002");
        await ReceiveAsync(client);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("FFFF001E0000" + "00000000FFFFFFFFFFFF0002" + "0000000002FFFFFF00000000", Convert.ToHexString(await ReceiveAsync(client)));

        _time.Advance(TimeSpan.FromSeconds(100));
        Send(client, hub, "FFFF001E0000" + "0000000002FFFFFF00000002" + "00000000" + Node(client) + "0002");
        await UntilAsync(() => hub.Counters.Received == 2);
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(1, hub.Clients);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, hub.Clients);
    }

    [Fact]
    public async Task Client_IsPinged_AnswersAndStaysKnown()
    {
        await using IpxHub hub = NewHub();
        await using IpxStation client = await IpxStation.OpenAsync(Pool, new IpxOptions { Hub = hub.Local }, time: _time);
        Assert.Equal(1, hub.Counters.Received);
        _time.Advance(TimeSpan.FromSeconds(5));
        await UntilAsync(() => hub.Counters.Received == 2);
        _time.Advance(TimeSpan.FromSeconds(20));
        await UntilAsync(() => hub.Counters.Received >= 3);
    }

    [Fact]
    public async Task Open_NobodyIsThere_SaysSo()
    {
        using Socket silent = NewClient();
        Task<IpxStation> opening = IpxStation.OpenAsync(Pool, new IpxOptions { Hub = silent.LocalEndPoint }, time: _time);
        byte[] asked = await ReceiveAsync(silent);
        Assert.Equal("FFFF001E0000" + "000000000000000000000002" + "000000000000000000000002", Convert.ToHexString(asked));
        await AdvanceUntilAsync(() => silent.Available > 0);
        Assert.Equal(asked, await ReceiveAsync(silent));
        await AdvanceUntilAsync(() => opening.IsCompleted);
        TransportException exception = await Assert.ThrowsAsync<TransportException>(() => opening);
        Assert.Contains("does not answer", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Who waits for a hub that is silent is alone with that; who gives up leaves the others waiting, and the last one leaves nothing.</summary>
    [Fact]
    public async Task Open_NobodyIsThere_OthersDoNotWait()
    {
        IpxNetworks networks = new(Pool.AsMemoryPool(BufferTag.TdIpx, Pool.Root), _time);
        using Socket silent = NewClient();
        IpxOptions options = new() { Hub = silent.LocalEndPoint };
        using CancellationTokenSource impatient = new();
        Task<IpxSocket> first = networks.OpenAsync(options, 0, Ignore, impatient.Token).AsTask();
        Task<IpxSocket> second = networks.OpenAsync(options, 0, Ignore, CancellationToken.None).AsTask();
        await ReceiveAsync(silent);

        await using (IpxHub hub = NewHub())
        await using (await IpxStation.OpenAsync(networks, new IpxOptions { Hub = hub.Local }).WaitAsync(Handlers.Limit))
        {
            Assert.False(first.IsCompleted || second.IsCompleted);
        }

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        await AdvanceUntilAsync(() => second.IsCompleted);
        await Assert.ThrowsAsync<TransportException>(() => second);

        static void Ignore(in IpxAddress source, byte type, ReadOnlySpan<byte> payload)
        {
        }
    }

    /// <summary>One that opens what another is closing waits until it can.</summary>
    [Fact]
    public async Task Open_WhileItIsBeingClosed_Opens()
    {
        IpxNetworks networks = new(Pool.AsMemoryPool(BufferTag.TdIpx, Pool.Root), TimeProvider.System);
        IpxOptions options = new() { From = IPAddress.Parse("127.42.1.1"), Port = FreePort.Find() };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await using IpxStation station = await IpxStation.OpenAsync(networks, options);
            }
        })));
    }

    /// <summary>Time begins to count for a timer only when it is set, on another thread.</summary>
    private Task AdvanceUntilAsync(Func<bool> condition) => UntilAsync(() =>
    {
        _time.Advance(TimeSpan.FromSeconds(0.1));
        return condition();
    });

    private static string Node(Socket client) => $"7F000001{((IPEndPoint)client.LocalEndPoint!).Port:X4}";

    private static Socket NewClient()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static void Send(Socket client, IpxHub hub, string hex) => client.SendTo(Convert.FromHexString(hex), hub.Local);

    private static async Task<byte[]> ReceiveAsync(Socket client)
    {
        using CancellationTokenSource limit = new(Handlers.Limit);
        byte[] buffer = new byte[2048];
        return buffer[..await client.ReceiveAsync(buffer, limit.Token)];
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(Handlers.Limit);
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }

    private IpxHub NewHub(int maxClients = IpxHub.MaxClients) =>
        new(new IPEndPoint(IPAddress.Loopback, 0), Pool.AsMemoryPool(BufferTag.TdIpx, Account), _time, maxClients);
}
