using System.Net;
using System.Net.Sockets;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Ipx;

namespace Umbra.Transports.Tests.Ipx;

public sealed class IpxNetworkTests : PoolTest
{
    private static readonly IPAddress Near = IPAddress.Parse("127.41.0.1");
    private static readonly IPAddress Far = IPAddress.Parse("127.41.0.2");
    private readonly IpxOptions _options = new() { Port = FreePort.Find(), Network = 1 };

    [Fact]
    public async Task Send_ToANode_ArrivesWithSourceAndType()
    {
        await using IpxStation near = await OpenAsync(Near);
        await using IpxStation far = await OpenAsync(Far, 0x9090);
        near.Socket.Send(far.Socket.Address, 4, "hi"u8);

        (IpxAddress source, byte type, byte[] payload) = await far.ReceiveAsync();
        Assert.Equal(near.Socket.Address, source);
        Assert.Equal("00000001.00007F290001", source.ToString()[..21]);
        Assert.InRange(source.Socket, IpxSockets.FirstDynamic, IpxSockets.LastDynamic);
        Assert.Equal(4, type);
        Assert.Equal("hi"u8.ToArray(), payload);
        far.Socket.Send(source, 0, []);
        Assert.Empty((await near.ReceiveAsync()).Payload);
    }

    /// <summary>More than go with one call, and the last is shorter; then a single packet that is longer than those, and one that is shorter.</summary>
    [Fact]
    public async Task SendTrain_OfEqualPackets_ArrivesPacketByPacket()
    {
        await using IpxStation near = await OpenAsync(Near);
        await using IpxStation far = await OpenAsync(Far);
        byte[] payloads = new byte[(70 * 100) + 10];
        new Random(2).NextBytes(payloads);
        near.Socket.SendTrain(far.Socket.Address, 5, payloads, 100);
        near.Socket.Send(far.Socket.Address, 5, new byte[546]);
        near.Socket.Send(far.Socket.Address, 5, new byte[3]);

        List<byte> received = [];
        for (int i = 0; i < 71; i++)
        {
            byte[] payload = (await far.ReceiveAsync()).Payload;
            Assert.Equal(i < 70 ? 100 : 10, payload.Length);
            received.AddRange(payload);
        }

        Assert.Equal(payloads, received);
        Assert.Equal(546, (await far.ReceiveAsync()).Payload.Length);
        Assert.Equal(3, (await far.ReceiveAsync()).Payload.Length);
        Assert.Equal(73, near.Counters.Sent);
        Assert.Equal(73, far.Counters.Received);
    }

    [Fact]
    public async Task Send_WhatCannotGo_IsCountedByReason()
    {
        await using IpxStation near = await OpenAsync(Near);
        near.Socket.Send(near.Socket.Address, 4, new byte[547]);
        near.Socket.Send(new IpxAddress(1, new IpxNode(0x0200_0000_0001), 1), 4, []);
        near.Socket.Send(new IpxAddress(1, IpxNode.Broadcast, 1), 4, []);
        Assert.Equal(1, near.Counters[IpxDrop.TooLong]);
        Assert.Equal(2, near.Counters[IpxDrop.NoRoute]);
        Assert.Equal(0, near.Counters.Sent);
    }

    /// <summary>Everything is dropped but the last, and the loop goes on.</summary>
    [Fact]
    public async Task Receive_BadPackets_AreCountedByReason()
    {
        await using IpxStation far = await OpenAsync(Far, 0x9090);
        using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(Near, 0));
        IpxAddress source = new(1, IpxNode.OfIp(UdpPeer.ToUInt32(Near)), 0x4000);
        IpxHeader good = new(IpxHeader.Bytes, 0, 4, far.Socket.Address, source);

        Send([1, 2, 3]);
        Send([]);
        Send(new byte[IpxHeader.Bytes]);
        Send(Packet(good with { Length = 31 })[..30]);
        Send(Packet(good with { Hops = 16 }));
        Send(Packet(good with { Source = source with { Node = IpxNode.OfIp(UdpPeer.ToUInt32(Far)) } }));
        Send(Packet(good with { Destination = good.Destination with { Socket = 0x9091 } }));
        Send(Packet(good with { Destination = good.Destination with { Node = new IpxNode(3) } }));
        Send(Packet(good with { Destination = good.Destination with { Network = 7 } }));
        Send([.. Packet(good with { Destination = good.Destination with { Network = 0 } }), 0, 0]);
        Assert.Equal(source, (await far.ReceiveAsync()).Source);

        Assert.Equal(2, far.Counters[IpxDrop.Short]);
        Assert.Equal(1, far.Counters[IpxDrop.Checksum]);
        Assert.Equal(1, far.Counters[IpxDrop.Length]);
        Assert.Equal(1, far.Counters[IpxDrop.Hops]);
        Assert.Equal(1, far.Counters[IpxDrop.Spoofed]);
        Assert.Equal(1, far.Counters[IpxDrop.NoSocket]);
        Assert.Equal(2, far.Counters[IpxDrop.OtherNode]);
        Assert.Equal(1, far.Counters.Received);

        void Send(byte[] datagram) => udp.SendTo(datagram, new IPEndPoint(Far, _options.Port));
    }

    [Fact]
    public async Task Receive_TranslatedAddress_IsTakenWhereThatIsAllowed()
    {
        await using IpxStation far = await IpxStation.OpenAsync(Pool, _options with { From = Far, VerifySource = false }, 0x9090);
        using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IpxAddress source = new(1, new IpxNode(0x0A000001), 0x4000);
        udp.SendTo(Packet(new IpxHeader(IpxHeader.Bytes, 0, 4, far.Socket.Address, source)), new IPEndPoint(Far, _options.Port));
        Assert.Equal(source, (await far.ReceiveAsync()).Source);
    }

    [Fact]
    public async Task Send_Broadcast_ReachesThePeers()
    {
        await using IpxStation near = await IpxStation.OpenAsync(Pool, _options with { From = Near, Peers = [Near, Far, IPAddress.Parse("127.41.0.3")] }, 0x9090);
        await using IpxStation far = await OpenAsync(Far, 0x9090);
        near.Socket.Send(new IpxAddress(0, IpxNode.Broadcast, 0x9090), 4, "all"u8);
        Assert.Equal("all"u8.ToArray(), (await far.ReceiveAsync()).Payload);
        Assert.Equal(3, near.Counters.Sent);

        // The loopback gave it its own packet before.
        far.Socket.Send(near.Socket.Address, 4, "me"u8);
        Assert.Equal("me"u8.ToArray(), (await near.ReceiveAsync()).Payload);
        Assert.Equal(1, near.Counters[IpxDrop.Own]);
    }

    [Fact]
    public async Task Send_Broadcast_ReachesASubnet()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the loopback's broadcast address is Linux's");
        IpxOptions options = _options with { Broadcast = IPAddress.Parse("127.255.255.255") };
        await using IpxStation near = await IpxStation.OpenAsync(Pool, options with { From = Near }, 0x9090);
        await using IpxStation far = await IpxStation.OpenAsync(Pool, options with { From = Far }, 0x9090);
        near.Socket.Send(new IpxAddress(0, IpxNode.Broadcast, 0x9090), 4, "all"u8);
        Assert.Equal("all"u8.ToArray(), (await far.ReceiveAsync()).Payload);
    }

    [Fact]
    public async Task Open_SameAddress_SharesTheNetworkUntilTheLastIsClosed()
    {
        IpxNetworks networks = NewNetworks();
        IpxOptions options = _options with { From = Near };
        IpxStation first = await IpxStation.OpenAsync(networks, options, 0x9090);
        IpxStation second = await IpxStation.OpenAsync(networks, options);
        Assert.Same(first.Counters, second.Counters);
        second.Socket.Send(first.Socket.Address, 4, "self"u8);
        Assert.Equal("self"u8.ToArray(), (await first.ReceiveAsync()).Payload);

        TransportException taken = await Assert.ThrowsAsync<TransportException>(() => IpxStation.OpenAsync(networks, options, 0x9090));
        Assert.Contains("9090 is in use", taken.Message, StringComparison.Ordinal);
        IOException others = await Assert.ThrowsAsync<IOException>(() => IpxStation.OpenAsync(networks, options with { Mtu = 1024 }));
        Assert.Contains("other options", others.Message, StringComparison.Ordinal);
        IOException bound = await Assert.ThrowsAsync<IOException>(() => IpxStation.OpenAsync(Pool, options));
        Assert.Contains("cannot open UDP", bound.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        await first.DisposeAsync();
        first = await IpxStation.OpenAsync(networks, options, 0x9090);
        await first.DisposeAsync();
        await second.DisposeAsync();
        await using IpxStation again = await IpxStation.OpenAsync(Pool, options, 0x9090);
        Assert.NotSame(second.Counters, again.Counters);
    }

    private static byte[] Packet(IpxHeader header)
    {
        byte[] packet = new byte[IpxHeader.Bytes];
        header.Write(packet);
        return packet;
    }

    private IpxNetworks NewNetworks() => new(Pool.AsMemoryPool(BufferTag.TdIpx, Account), TimeProvider.System);

    private Task<IpxStation> OpenAsync(IPAddress from, ushort socket = 0) => IpxStation.OpenAsync(Pool, _options with { From = from }, socket);
}
