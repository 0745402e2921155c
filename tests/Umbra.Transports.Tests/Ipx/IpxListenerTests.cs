using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Ipx;
using Umbra.Transports.Reliable;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Ipx;

/// <summary>What a listener does with packets that are no connection's.</summary>
public sealed class IpxListenerTests : PoolTest
{
    private const byte Type = IpxPacketType.PacketExchange;
    private readonly DriverCounters _counters = new();
    private readonly TransportAddress _address =
        TransportAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"ipx://1.7F2A0009:9090?port={FreePort.Find()}&from=127.42.0.9"));

    private IpxEndPoint EndPoint => (IpxEndPoint)_address.EndPoint;

    [Fact]
    public async Task Syns_ThousandsOfThem_AreAnsweredAndTakeNoMemory()
    {
        DriverContext context = Context();
        await using IpxListener listener = await IpxListener.BindAsync(EndPoint, context.Memory, context, CancellationToken.None);
        TaskCompletionSource last = new();
        await using IpxSocket stranger = await OpenAsync(context, packet =>
        {
            if (packet.Type == ReliableType.SynAck && packet.Destination == 2000)
            {
                last.TrySetResult();
            }
        });
        long before = Account.Bytes;
        for (uint id = 1; id <= 2000; id++)
        {
            Send(stranger, new ReliablePacket { Type = ReliableType.Syn, HasIds = true, Source = id, Sequence = id });
        }

        while (!last.Task.IsCompleted)
        {
            Send(stranger, new ReliablePacket { Type = ReliableType.Syn, HasIds = true, Source = 2000, Sequence = 1 });
            await Task.WhenAny(last.Task, Task.Delay(50));
        }

        Assert.Equal((0, before), (listener.Count, Account.Bytes));
    }

    /// <summary>Who speaks of a session that there is not is told so, but not by a flood; and what is no packet is dropped.</summary>
    [Fact]
    public async Task Packets_OfNoSession_AreResetAFewTimesAndCounted()
    {
        const int packets = 500;
        DriverContext context = Context();
        await using IpxListener listener = await IpxListener.BindAsync(EndPoint, context.Memory, context, CancellationToken.None);
        int resets = 0;
        await using IpxSocket stranger = await OpenAsync(context, packet =>
        {
            Assert.Equal((ReliableType.Reset, 7u, 5u), (packet.Type, packet.Source, packet.Destination));
            Interlocked.Increment(ref resets);
        });
        for (int i = 0; i < packets; i++)
        {
            Send(stranger, new ReliablePacket { Type = ReliableType.Data, HasIds = true, Source = 5, Destination = 7, Sequence = 1 });
            stranger.Send(EndPoint.Address, Type, "no packet"u8);
            stranger.Send(EndPoint.Address, IpxPacketType.Spx, "of another type"u8);
        }

        for (int i = 0; i < 400 && (_counters.Dropped < 3 * packets || resets == 0); i++)
        {
            await Task.Delay(50);
        }

        Assert.Equal((0, 3 * packets), (listener.Count, _counters.Dropped));

        // It may have taken more than one second.
        Assert.InRange(resets, 1, 10 * IpxListener.MaxResetsPerSecond);
    }

    /// <summary>As many connections as there is room for, then one more, which is told so; all over one IPX socket.</summary>
    [Fact]
    public async Task Connect_MoreThanWaitToBeAccepted_IsRefusedAndTheOthersAreServed()
    {
        DriverContext context = Context(new TransportOptions { Backlog = 3 });
        await using IpxTransport transport = new(context);
        await using IConnectionListener listener = await transport.ListenAsync(EndPoint, context.Memory, CancellationToken.None);
        List<Stream> waiting = [];
        for (int i = 0; i < 3; i++)
        {
            waiting.Add(await transport.ConnectAsync(_address, CancellationToken.None));
            await waiting[^1].WriteAsync(new[] { (byte)i });
        }

        await using Stream refused = await transport.ConnectAsync(_address, CancellationToken.None);
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await refused.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit));

        for (int i = 0; i < 3; i++)
        {
            ConnectionContext? accepted = await listener.AcceptAsync();
            Assert.Equal([(byte)i], await accepted!.Transport.Input.ReadAsync(1));
            await accepted.Transport.Output.CompleteAsync();
            Assert.Equal(0, await waiting[i].ReadAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit));
            await waiting[i].DisposeAsync();
            await accepted.Transport.Input.DrainAsync();
            await accepted.DisposeAsync();
        }
    }

    private DriverContext Context(TransportOptions? options = null) =>
        new(Pool.AsMemoryPool(BufferTag.TdIpx, Account), options ?? new TransportOptions(), TimeProvider.System, _counters, NullLoggerFactory.Instance);

    private ValueTask<IpxSocket> OpenAsync(DriverContext context, Action<ReliablePacket> received) => context.Ipx.OpenAsync(EndPoint.Options, 0, (in IpxAddress _, byte _, ReadOnlySpan<byte> payload) =>
    {
        Assert.True(FullFormat.Instance.TryRead(payload, out ReliablePacket packet, out _));
        received(packet);
    }, CancellationToken.None);

    private void Send(IpxSocket socket, in ReliablePacket packet)
    {
        byte[] bytes = new byte[FullFormat.Instance.Overhead];
        socket.Send(EndPoint.Address, Type, bytes.AsSpan(0, FullFormat.Instance.Write(packet, [], bytes)));
    }
}
