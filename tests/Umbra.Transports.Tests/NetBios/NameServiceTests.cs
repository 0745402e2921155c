using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.NetBios;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.NetBios;

/// <summary>Several nodes, each at a loopback address of its own, and one more that stands for their network's broadcast address.</summary>
public sealed class NameServiceTests : PoolTest
{
    private static readonly NetBiosName Name = NetBiosNameTests.Parse("UMBRA01");
    private static readonly NetBiosName[] Names = [Name, Name.WithSuffix(NetBiosName.WorkstationSuffix)];
    private static readonly IPAddress First = IPAddress.Parse("127.66.1.1");
    private static readonly IPAddress Second = IPAddress.Parse("127.66.1.2");

    /// <summary>The loopback's own, so that all who are bound to it hear what is sent there.</summary>
    private static readonly IPAddress Broadcast = IPAddress.Parse("127.255.255.255");

    private readonly DriverCounters _counters = new();
    private readonly int _port = FreePort.Find();

    private MemoryPool<byte> Memory => Pool.AsMemoryPool(BufferTag.Test, Account);

    [Fact]
    public async Task Claim_ThenQuery_FindsIt_ByBroadcastAndDirectly_UntilReleased()
    {
        await using NameService service = Start(First);
        await service.ClaimAsync(Names, CancellationToken.None);

        Assert.Equal(First, await FindAsync(Name, Broadcast));
        Assert.Equal(First, await FindAsync(Names[1], First));
        Assert.Null(await FindAsync(NetBiosNameTests.Parse("NOBODY"), Broadcast));

        await service.ReleaseAsync(Names);
        Assert.Null(await FindAsync(Name, First));
        Assert.Equal(0, _counters.Dropped);
    }

    [Fact]
    public async Task Claim_OfAnothersName_FailsAndSaysWho()
    {
        await using NameService first = Start(First);
        await using NameService second = Start(Second);
        await first.ClaimAsync(Names, CancellationToken.None);

        IOException conflict = await Assert.ThrowsAsync<TransportException>(() => second.ClaimAsync(Names, CancellationToken.None));

        Assert.Contains($"{First}, has the NetBIOS name {Name}", conflict.Message, StringComparison.Ordinal);
        Assert.Equal(First, await FindAsync(Name, Broadcast));
        await first.ReleaseAsync(Names);
        await second.ClaimAsync(Names, CancellationToken.None);
        Assert.Equal(Second, await FindAsync(Name, Broadcast));
    }

    [Fact]
    public async Task Claim_TwiceInOneProcess_Fails()
    {
        await using NameService service = Start(First);
        await service.ClaimAsync(Names, CancellationToken.None);

        IOException taken = await Assert.ThrowsAsync<TransportException>(() => service.ClaimAsync(Names, CancellationToken.None));

        Assert.Contains("this process has", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claim_GivenUp_IsNoClaim()
    {
        await using NameService service = Start(First);
        using CancellationTokenSource stop = new();
        Task claiming = service.ClaimAsync(Names, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => claiming);
        Assert.Null(await FindAsync(Name, First));
    }

    [Fact]
    public async Task Start_PortTaken_SaysWhatToDo()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(First, _port));

        TransportException refused = Assert.Throws<TransportException>(() => Start(First));

        Assert.Contains($"UDP port {_port} of {First}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("another process has it", refused.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Receive_Garbage_IsCountedAndTheServiceGoesOn()
    {
        await using NameService service = Start(First);
        await service.ClaimAsync(Names, CancellationToken.None);
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Parse("127.66.1.9"), 0));
        Random random = new(2);
        IPEndPoint to = new(First, _port);

        // More than one source may send in a second, and some longer than a packet may be.
        for (int i = 0; i < 3 * SourceLimiter.MaxPerSecond; i++)
        {
            byte[] junk = new byte[random.Next(2000)];
            random.NextBytes(junk);
            await stranger.SendToAsync(junk, to);
            if (i % 50 == 49)
            {
                await UntilAsync(() => _counters.Dropped == i + 1);
                Assert.Equal(First, await FindAsync(Name, First));
            }
        }
    }

    [Fact]
    public async Task Query_ForgedAnswers_AreNotTaken()
    {
        using Socket liar = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        liar.Bind(new IPEndPoint(Second, _port));
        Task<IPAddress?> finding = FindAsync(Name, Second);
        byte[] packet = new byte[NamePacket.MaxBytes];
        SocketReceiveFromResult query = await liar.ReceiveFromAsync(packet, new IPEndPoint(IPAddress.Any, 0)).WaitAsync(Handlers.Limit);
        ushort transaction = Read(packet.AsSpan(0, query.ReceivedBytes));
        foreach (Func<byte[], int> lie in (Func<byte[], int>[])
        [
            p => NamePacket.WriteAnswer(p, (ushort)(transaction + 1), Name, Second),
            p => NamePacket.WriteAnswer(p, transaction, Name.WithSuffix(0), Second),
            p => NamePacket.WriteConflict(p, transaction, Name, Second),
            p => NamePacket.WriteQuery(p, transaction, Name),
            p => NamePacket.WriteAnswer(p, transaction, Name, Second) - 1,
        ])
        {
            await liar.SendToAsync(packet.AsMemory(0, lie(packet)), query.RemoteEndPoint);
        }

        await liar.SendToAsync(packet.AsMemory(0, NamePacket.WriteAnswer(packet, transaction, Name, First)), query.RemoteEndPoint);

        Assert.Equal(First, await finding);
    }

    private static ushort Read(ReadOnlySpan<byte> bytes)
    {
        Assert.True(NamePacket.TryRead(bytes, out NamePacket packet));
        return packet.Transaction;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(Handlers.Limit);
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private NameService Start(IPAddress address) => new(new NameServiceAddress(address, Broadcast, _port), Memory, TimeProvider.System, _counters, NullLogger.Instance);

    private Task<IPAddress?> FindAsync(NetBiosName name, IPAddress where) =>
        NameQuery.FindAsync(name, [new IPEndPoint(where, _port)], Memory, TimeProvider.System, CancellationToken.None).WaitAsync(Handlers.Limit);
}
