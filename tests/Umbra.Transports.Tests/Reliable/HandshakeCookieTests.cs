using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;

namespace Umbra.Transports.Tests.Reliable;

/// <summary>A listener that keeps nothing until the peer has shown that it gets what is sent to it.</summary>
public sealed class HandshakeCookieTests : PoolTest
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(1000);
    private static readonly byte[] Peer = [1, 2, 3, 4, 5, 6];
    private readonly HandshakeCookie _cookie = new();

    [Fact]
    public void TryAccept_AnswerCameBack_SessionOpensOnBothSides()
    {
        using ReliableStream client = new(ReliableRole.Connect, FullFormat.Instance, new ReliableOptions(), Pool.AsMemoryPool(BufferTag.Test, Account));
        (ReliablePacket first, byte[] bytes) = Handshake(client);

        Assert.True(_cookie.TryAccept(FullFormat.Instance, first, Peer, Later + TimeSpan.FromSeconds(25), out ReliableSession session));
        using ReliableStream server = ReliableStream.Accepted(session, FullFormat.Instance, new ReliableOptions(), Pool.AsMemoryPool(BufferTag.Test, Account), TimeSpan.Zero);
        server.Receive(bytes, TimeSpan.Zero);

        Assert.Equal((PacketStreamState.Open, PacketStreamState.Open), (client.State, server.State));
        Assert.Equal(3, server.Write("abc"u8));
        byte[] packet = new byte[server.MaxPacketBytes];
        client.Receive(packet.AsSpan(0, server.Send(packet, TimeSpan.Zero)), TimeSpan.Zero);
        Assert.Equal(3, client.Read(packet));
    }

    /// <summary>Of another address, too late, at another listener, or with anything changed.</summary>
    [Fact]
    public void TryAccept_AnythingElse_IsRefused()
    {
        using ReliableStream client = new(ReliableRole.Connect, FullFormat.Instance, new ReliableOptions(), Pool.AsMemoryPool(BufferTag.Test, Account));
        (ReliablePacket first, _) = Handshake(client);

        Assert.True(IsAccepted(first, Peer, Later));
        Assert.False(IsAccepted(first, [1, 2, 3, 4, 5, 7], Later));
        Assert.False(IsAccepted(first, Peer, Later + TimeSpan.FromSeconds(61)));
        Assert.False(IsAccepted(first with { Source = first.Source ^ 1 }, Peer, Later));
        Assert.False(IsAccepted(first with { Destination = first.Destination ^ 1 }, Peer, Later));
        Assert.False(IsAccepted(first with { Sequence = first.Sequence + 1 }, Peer, Later));
        Assert.False(IsAccepted(first with { Acknowledged = first.Acknowledged + 1 }, Peer, Later));
        Assert.False(IsAccepted(first with { Type = ReliableType.Reset }, Peer, Later));
        Assert.False(new HandshakeCookie().TryAccept(FullFormat.Instance, first, Peer, Later, out _));
    }

    [Fact]
    public void Answer_AThousandSyns_TakeNoMemory()
    {
        byte[] answer = new byte[FullFormat.Instance.Overhead];
        ReliablePacket syn = new() { Type = ReliableType.Syn, HasIds = true, Source = 7, Sequence = 1 };
        _cookie.Answer(FullFormat.Instance, syn, Peer, 256, Later, answer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 1000; i++)
        {
            _cookie.Answer(FullFormat.Instance, syn with { Sequence = i }, Peer, 256, Later, answer);
        }

        // The runtime takes some for itself, once; the smallest object for each would be 24,000.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }

    private bool IsAccepted(in ReliablePacket packet, byte[] peer, TimeSpan now) => _cookie.TryAccept(FullFormat.Instance, packet, peer, now, out _);

    /// <summary>Until the client has said that it got the answer.</summary>
    private (ReliablePacket First, byte[] Bytes) Handshake(ReliableStream client)
    {
        byte[] packet = new byte[client.MaxPacketBytes];
        Assert.True(FullFormat.Instance.TryRead(packet.AsSpan(0, client.Send(packet, TimeSpan.Zero)), out ReliablePacket syn, out _));
        Assert.Equal(ReliableType.Syn, syn.Type);
        client.Receive(packet.AsSpan(0, _cookie.Answer(FullFormat.Instance, syn, Peer, 256, Later, packet)), TimeSpan.Zero);
        byte[] first = packet[..client.Send(packet, TimeSpan.Zero)];
        Assert.True(FullFormat.Instance.TryRead(first, out ReliablePacket ping, out _));
        return (ping, first);
    }
}
