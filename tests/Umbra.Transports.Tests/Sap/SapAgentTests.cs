using System.Net;
using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Ipx;
using Umbra.Transports.Sap;
using Umbra.Transports.Tests.Contract;
using Umbra.Transports.Tests.Ipx;

namespace Umbra.Transports.Tests.Sap;

public sealed class SapAgentTests : PoolTest
{
    private const ushort Type = 0x083D;
    private static readonly IPAddress Near = IPAddress.Parse("127.41.1.1");
    private static readonly IPAddress Far = IPAddress.Parse("127.41.1.2");
    private readonly IpxOptions _options = new() { Port = FreePort.Find(), Network = 1, Peers = [Near, Far] };
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_ServiceOfAnother_IsFound()
    {
        await using SapAgent far = await OpenAsync(Far);
        far.Advertise(Service("UMBRA01"));
        await using SapAgent near = await OpenAsync(Near);
        Assert.Equal(Service("UMBRA01").Address, await near.FindAsync(Type, "UMBRA01", Stop));
        Assert.Equal(Service("UMBRA01").Address, await far.FindAsync(Type, "UMBRA01", Stop));
        Assert.Equal(1, near.Heard);
    }

    [Fact]
    public async Task Find_Nobody_IsNullAfterAWhile()
    {
        await using SapAgent near = await OpenAsync(Near);
        Task<IpxAddress?> finding = near.FindAsync(Type, "UMBRA01", Stop).AsTask();
        while (!finding.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(1, Stop);
        }

        Assert.Null(await finding);
    }

    [Fact]
    public async Task Services_AreToldOfEveryMinute_ForgottenAndWithdrawn()
    {
        await using SapAgent near = await OpenAsync(Near);
        SapAgent far = await OpenAsync(Far);
        far.Advertise(Service("UMBRA01"));
        far.Advertise(Service("UMBRA02"));
        Assert.Throws<IOException>(() => far.Advertise(Service("UMBRA02")));
        await UntilAsync(() => near.Heard == 2);

        far.Withdraw(Service("UMBRA01"));
        await UntilAsync(() => near.Heard == 1);
        _time.Advance(TimeSpan.FromMinutes(3));
        await Task.Delay(50, Stop);
        _time.Advance(TimeSpan.FromMinutes(3));
        await UntilAsync(() => near.Heard == 1);

        await far.DisposeAsync();
        await UntilAsync(() => near.Heard == 0);
    }

    [Fact]
    public async Task Services_NotHeardOfAgain_AreForgotten()
    {
        await using SapAgent near = await OpenAsync(Near);
        await using IpxStation other = await IpxStation.OpenAsync(Pool, _options with { From = Far });
        byte[] packet = new byte[SapPacket.MaxBytes];
        int length = SapPacket.WriteResponse(packet, SapOperation.Response, [Service("UMBRA01")]);
        other.Socket.Send(To(Near), 4, packet.AsSpan(0, length));
        await UntilAsync(() => near.Heard == 1);
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(0, near.Heard);
    }

    [Fact]
    public async Task Heard_MoreThanThereIsRoomFor_AreNotKept()
    {
        await using SapAgent near = await OpenAsync(Near);
        await using IpxStation other = await IpxStation.OpenAsync(Pool, _options with { From = Far });
        byte[] packet = new byte[SapPacket.MaxBytes];
        for (int i = 0; i < SapAgent.MaxHeard + 20; i++)
        {
            int length = SapPacket.WriteResponse(packet, SapOperation.Response, [Service($"S{i}")]);
            other.Socket.Send(To(Near), 4, packet.AsSpan(0, length));
        }

        await UntilAsync(() => near.Heard == SapAgent.MaxHeard);
        Assert.Equal(SapAgent.MaxHeard, near.Heard);
    }

    /// <summary>All of a type, the nearest one, any; and nothing for a type there is none of, nor for garbage. Then too many questions in a second.</summary>
    [Fact]
    public async Task Answer_Questions_AsAsked()
    {
        IpxNetworks networks = new(Pool.AsMemoryPool(BufferTag.TdIpx, Account), _time);
        await using SapAgent near = await SapAgent.OpenAsync(networks, _options with { From = Near }, _time, Stop);
        await using IpxStation beside = await IpxStation.OpenAsync(networks, _options with { From = Near });
        near.Advertise(Service("UMBRA01"));
        near.Advertise(Service("UMBRA02"));
        await using IpxStation other = await IpxStation.OpenAsync(Pool, _options with { From = Far });
        Ask("000108AA");
        Ask("0009083D");
        Ask("00");
        Ask("0001");
        Ask("0001083D");
        Assert.Equal(2 + 128, (await other.ReceiveAsync()).Payload.Length);
        Ask("0003083D");
        byte[] nearest = (await other.ReceiveAsync()).Payload;
        Assert.Equal("0004083D554D4252413031", Convert.ToHexString(nearest.AsSpan(0, 11)));
        Assert.Equal(2 + 64, nearest.Length);
        Ask("0001FFFF");
        Assert.Equal(2 + 128, (await other.ReceiveAsync()).Payload.Length);

        long before = other.Counters.Received;
        for (int i = 0; i < 100; i++)
        {
            Ask("0001083D");
        }

        await UntilAsync(() => beside.Counters.Received == 107);
        await UntilAsync(() => other.Counters.Received == before + 47);
        _time.Advance(TimeSpan.FromSeconds(1));
        Ask("0003083D");
        await UntilAsync(() => other.Counters.Received == before + 48);

        void Ask(string hex) => other.Socket.Send(To(Near), 4, Convert.FromHexString(hex));
    }

    private static IpxAddress To(IPAddress node) => new(1, IpxNode.OfIp(UdpPeer.ToUInt32(node)), IpxSockets.Sap);

    private static SapEntry Service(string name) => new(Type, name, new IpxAddress(1, new IpxNode(7), 0x9090));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(Handlers.Limit);
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }

    private ValueTask<SapAgent> OpenAsync(IPAddress from) =>
        SapAgent.OpenAsync(new IpxNetworks(Pool.AsMemoryPool(BufferTag.TdIpx, Account), _time), _options with { From = from }, _time, Stop);
}
