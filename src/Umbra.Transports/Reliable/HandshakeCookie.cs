using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Umbra.Transports.Reliable;

/// <summary>
/// How a listener agrees upon sessions without keeping anything until the peer has shown that it gets what is sent to its address: this side's half of the session is not drawn but computed, from who asks, what
/// it asks and when, with a key of the listener's. A flood of SYNs from addresses that are not the sender's takes no memory. Only for formats whose packets say both ids.
/// </summary>
internal sealed class HandshakeCookie
{
    /// <summary>An answer is good for one to two of these.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private const int MaxPeerBytes = 64;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Answers a SYN.</summary>
    /// <param name="peer">Its address, at most 64 bytes.</param>
    /// <param name="window">Packets that the session will have room for.</param>
    /// <returns>Bytes in the destination, which has room for the format's overhead.</returns>
    public int Answer(IReliableFormat format, in ReliablePacket syn, ReadOnlySpan<byte> peer, int window, TimeSpan now, Span<byte> destination)
    {
        ReliableSession session = SessionOf(format, syn.Source, syn.Sequence, peer, PeriodOf(now));
        return format.Write(
            new ReliablePacket
            {
                Type = ReliableType.SynAck,
                HasIds = true,
                Source = session.LocalId,
                Destination = session.PeerId,
                Sequence = session.LocalStart,
                Acknowledged = session.PeerStart,
                Window = window,
                Time = syn.Time,
                IsEcho = true,
            },
            [],
            destination);
    }

    /// <summary>Whether a packet is the first after such an answer: the beginning of the data, or the PING that says so.</summary>
    public bool TryAccept(IReliableFormat format, in ReliablePacket packet, ReadOnlySpan<byte> peer, TimeSpan now, out ReliableSession session)
    {
        session = default;
        if (packet.Type is not (ReliableType.Data or ReliableType.Ping) || packet.Source == 0)
        {
            return false;
        }

        long period = PeriodOf(now);
        for (long back = 0; back < 2; back++)
        {
            session = SessionOf(format, packet.Source, packet.Sequence, peer, period - back);
            if (session.LocalId == packet.Destination && session.LocalStart == packet.Acknowledged)
            {
                return true;
            }
        }

        return false;
    }

    private static long PeriodOf(TimeSpan now) => now.Ticks / Period.Ticks;

    private ReliableSession SessionOf(IReliableFormat format, uint peerId, uint peerStart, ReadOnlySpan<byte> peer, long period)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(peer.Length, MaxPeerBytes);
        Span<byte> said = stackalloc byte[16 + MaxPeerBytes];
        BinaryPrimitives.WriteUInt32BigEndian(said, peerId);
        BinaryPrimitives.WriteUInt32BigEndian(said[4..], peerStart);
        BinaryPrimitives.WriteInt64BigEndian(said[8..], period);
        peer.CopyTo(said[16..]);
        Span<byte> sum = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, said[..(16 + peer.Length)], sum);
        uint id = BinaryPrimitives.ReadUInt32BigEndian(sum) >> (32 - format.IdBits);
        return new ReliableSession(Math.Max(1, id), peerId, BinaryPrimitives.ReadUInt32BigEndian(sum[4..]), peerStart);
    }
}
