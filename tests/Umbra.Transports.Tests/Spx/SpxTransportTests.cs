using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Ipx;
using Umbra.Transports.Spx;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Spx;

/// <summary>Two nodes with an address each, as two machines; what all drivers do alike is in the contract's tests.</summary>
public sealed class SpxTransportTests : PoolTest
{
    private readonly int _port = FreePort.Find();
    private readonly DriverCounters _counters = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_ByAddress_Echoes()
    {
        await using SpxTransport near = NewTransport();
        await using SpxTransport far = NewTransport();
        await using IConnectionListener listener = await ListenAsync(far, $"spx://1.7F290202?port={_port}");
        Assert.Equal($"spx://00000001.00007F290202:9090?port={_port}", listener.EndPoint.ToString());
        await EchoAsync(near, listener, $"spx://1.7F290202?port={_port}&from=127.41.2.1");
    }

    [Fact]
    public async Task Connect_ByName_FindsTheListener()
    {
        await using SpxTransport near = NewTransport();
        await using SpxTransport far = NewTransport();
        await using IConnectionListener listener = await ListenAsync(far, $"spx://UMBRA01?port={_port}&from=127.41.2.2&peers=127.41.2.1");
        await EchoAsync(near, listener, $"spx://umbra01?port={_port}&from=127.41.2.1&peers=127.41.2.2");
        await EchoAsync(far, listener, $"spx://umbra01?port={_port}&from=127.41.2.2");
        TransportException unknown = await Assert.ThrowsAsync<TransportException>(() =>
            ConnectAsync(near, $"spx://UMBRA02?port={_port}&from=127.41.2.1&peers=127.41.2.2"));
        Assert.Equal(TransportError.Unreachable, unknown.Error);
        Assert.Contains("spx://UMBRA02", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ThroughAHub_Echoes()
    {
        await using IpxHub hub = new(new IPEndPoint(IPAddress.Loopback, 0), Pool.AsMemoryPool(BufferTag.TdIpx, Account), TimeProvider.System);
        await using SpxTransport near = NewTransport();
        await using SpxTransport far = NewTransport();
        await using IConnectionListener listener = await ListenAsync(far, $"spx://UMBRA01?hub={hub.Local}&mtu=1424");
        await EchoAsync(near, listener, $"spx://UMBRA01?hub={hub.Local}&mtu=1424");
        Assert.Equal(2, hub.Clients);
    }

    [Fact]
    public async Task Listen_WhatCannotBeHad_SaysWhy()
    {
        await using SpxTransport far = NewTransport();
        await using SpxTransport other = NewTransport();
        await using IConnectionListener listener = await ListenAsync(far, $"spx://1.7F290202?port={_port}");
        IOException socket = await Assert.ThrowsAnyAsync<IOException>(() => ListenAsync(far, $"spx://1.7F290202?port={_port}"));
        Assert.Contains("9090 is in use", socket.Message, StringComparison.Ordinal);
        IOException port = await Assert.ThrowsAnyAsync<IOException>(() => ListenAsync(other, $"spx://1.7F290202?port={_port}"));
        Assert.Equal(TransportError.InUse, TransportException.KindOf(port));
        IOException node = await Assert.ThrowsAnyAsync<IOException>(() => ListenAsync(other, $"spx://1.7F290203?port={_port}&from=127.41.2.4"));
        Assert.Contains("this node is 00007F290204", node.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_AsAChosenSocket_TellsItsAddress()
    {
        await using SpxTransport far = NewTransport();
        await using IConnectionListener listener = await ListenAsync(far, $"spx://1.0:0?port={_port}&from=127.41.2.2");
        IpxAddress opened = ((IpxEndPoint)listener.EndPoint).Address;
        Assert.Equal("00007F290202", opened.Node.ToString());
        Assert.InRange(opened.Socket, IpxSockets.FirstDynamic, IpxSockets.LastDynamic);
    }

    /// <summary>Requests of one peer, of more numbers than may be half open; then garbage; then time passes.</summary>
    [Fact]
    public async Task Accept_AFloodOfRequests_AnswersFewAndKeepsNothing()
    {
        FakeTimeProvider time = new();
        await using SpxTransport far = NewTransport(time);
        await using IConnectionListener listener = await ListenAsync(far, $"spx://1.7F290202?port={_port}");
        long before = Account.Bytes;
        using Socket flood = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        flood.Bind(new IPEndPoint(IPAddress.Parse("127.41.2.1"), _port));
        for (int i = 1; i <= 200; i++)
        {
            Send("C000" + i.ToString("X4", null) + "FFFF000000000007");
        }

        await UntilAsync(() => _counters.Dropped == 200 - SpxListener.MaxHalfOpenPerPeer);
        Assert.InRange(Account.Bytes, before, before + (SpxListener.MaxHalfOpenPerPeer * 4096));
        foreach (string garbage in (string[])["", "C0", "40001234567800000000000748", "C000FFFFFFFF000000000007", "80001234FFFF000000000007"])
        {
            Send(garbage);
        }

        await UntilAsync(() => _counters.Dropped == 200 - SpxListener.MaxHalfOpenPerPeer + 5);
        int answers = 0;
        for (byte[] answer = new byte[100]; flood.Available > 0; answers++)
        {
            Assert.Equal(IpxHeader.Bytes + SpxHeader.Bytes, flood.Receive(answer));
        }

        Assert.Equal(SpxListener.MaxHalfOpenPerPeer, answers);
        time.Advance(TimeSpan.FromSeconds(6));
        await UntilAsync(() =>
        {
            // Those that were half open go one by one.
            Send("C0000001FFFF000000000007");
            return flood.Available > 0;
        });

        void Send(string hex)
        {
            byte[] packet = [.. new byte[IpxHeader.Bytes], .. Convert.FromHexString(hex)];
            IpxAddress from = new(1, new IpxNode(0x7F290201), 0x4000);
            new IpxHeader(packet.Length, 0, IpxPacketType.Spx, new IpxAddress(1, new IpxNode(0x7F290202), 0x9090), from).Write(packet);
            flood.SendTo(packet, new IPEndPoint(IPAddress.Parse("127.41.2.2"), _port));
        }
    }

    private static async Task EchoAsync(SpxTransport near, IConnectionListener listener, string address)
    {
        await using Stream client = await ConnectAsync(near, address);
        await using ConnectionContext server = (await listener.AcceptAsync(Stop))!;
        Assert.IsType<IpxEndPoint>(server.RemoteEndPoint);
        Task serving = Handlers.Echo(server);
        await client.WriteAsync("hello"u8.ToArray(), Stop);
        byte[] read = new byte[5];
        await client.ReadExactlyAsync(read, Stop).AsTask().WaitAsync(Handlers.Limit);
        Assert.Equal("hello", Encoding.ASCII.GetString(read));
        await client.DisposeAsync();
        await serving.WaitAsync(Handlers.Limit);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(Handlers.Limit);
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }

    private static Task<Stream> ConnectAsync(SpxTransport transport, string address) => transport.ConnectAsync(TransportAddress.Parse(address), Stop).AsTask();

    private Task<IConnectionListener> ListenAsync(SpxTransport transport, string address) =>
        transport.ListenAsync(TransportAddress.Parse(address).ToListenEndPoint(), Pool.AsMemoryPool(BufferTag.TdSpx, Account), Stop).AsTask();

    private SpxTransport NewTransport(TimeProvider? time = null) =>
        new(new DriverContext(Pool.AsMemoryPool(BufferTag.TdSpx, Account), new TransportOptions(), time ?? TimeProvider.System, _counters, NullLoggerFactory.Instance));
}
