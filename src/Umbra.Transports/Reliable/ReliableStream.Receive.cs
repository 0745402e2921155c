using System.Numerics;
using Umbra.Core.Memory;
using Umbra.Transports.Packets;

namespace Umbra.Transports.Reliable;

/// <summary>What comes from the peer.</summary>
internal sealed partial class ReliableStream
{
    private const int AckEvery = 2;

    private TimeSpan _heardAt;

    /// <summary>When what has arrived is to be acknowledged; <see cref="TimeSpan.MaxValue"/>: it has been.</summary>
    private TimeSpan _ackAt = TimeSpan.MaxValue;
    private int _unacknowledged;

    /// <summary>The peer's clock as its last packet said it, for the next acknowledgement.</summary>
    private ushort? _echo;

    /// <summary>Bytes of the last packet that was to show that its size gets through; 0: answered.</summary>
    private int _probe;
    private bool _peerKnowsEnd;
    private bool _hasSaidEnd;

    /// <summary>Set when both sides have ended and the peer may not know: it is answered as long as it may ask, and asked whether it still does.</summary>
    private TimeSpan _lingersUntil = TimeSpan.MaxValue;

    public void Receive(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        if (State is PacketStreamState.Failed or PacketStreamState.Ended)
        {
            return;
        }

        _received++;
        if (packet.Length > MaxPacketBytes || !_format.TryRead(packet, out ReliablePacket header, out ReadOnlySpan<byte> payload) || !Take(header, payload, packet.Length, now))
        {
            _bad++;
        }
    }

    /// <returns>False: it breaks the rules, and nothing came of it.</returns>
    private bool Take(in ReliablePacket packet, ReadOnlySpan<byte> payload, int length, TimeSpan now) => packet.Type switch
    {
        ReliableType.Syn => TakeSyn(packet, now),
        ReliableType.SynAck => TakeSynAck(packet, now),
        ReliableType.Reset => TakeReset(packet),
        _ => TakeInSession(packet, payload, length, now),
    };

    /// <summary>Only who knows both numbers and where the stream stands may end it: else any forged packet would.</summary>
    private bool TakeReset(in ReliablePacket packet)
    {
        if (State == PacketStreamState.Connecting)
        {
            if (!IsAsking || packet.Destination != _session.LocalId || !IsAtStart(packet.Acknowledged))
            {
                return false;
            }

            Fail(TransportError.Refused, "the peer refused the session");
            return true;
        }

        long sequence = Widen(packet.Sequence, _receiving.Next);
        if (!IsOurs(packet) || sequence < _receiving.Next || sequence > _receiving.Edge)
        {
            return false;
        }

        FailOrEnd(TransportError.Reset, "the peer reset the session");
        return true;
    }

    private bool TakeInSession(in ReliablePacket packet, ReadOnlySpan<byte> payload, int length, TimeSpan now)
    {
        if (!IsOurs(packet))
        {
            AnswerStray(packet, now);
            return false;
        }

        long acknowledged = Widen(packet.Acknowledged, _sending.First);
        bool hasSequence = packet.Type is ReliableType.Data or ReliableType.Fin;
        if (acknowledged > _sending.Next || (hasSequence && payload.IsEmpty != (packet.Type == ReliableType.Fin)))
        {
            return false;
        }

        if (State == PacketStreamState.Connecting)
        {
            if (!_isAnswering)
            {
                return false;
            }

            Open(now);
        }

        _heardAt = now;
        _isConfirmed = true;
        _peerKnowsEnd |= packet.KnowsEnd;
        if (acknowledged >= _sending.First)
        {
            TakeAcknowledgement(packet, acknowledged, now);
        }

        bool isGood = true;
        if (hasSequence)
        {
            isGood = TakeData(packet, payload, now);
        }
        else if (packet.Type == ReliableType.Ping)
        {
            _ackAt = now;
            _probe = payload.IsEmpty ? 0 : length;
            TakeStamp(packet);
        }
        else if (payload.Length == sizeof(ushort))
        {
            _size.Confirm(payload[0] << 8 | payload[1]);
        }

        CheckEnd(now);
        return isGood;
    }

    private bool TakeData(in ReliablePacket packet, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        long sequence = Widen(packet.Sequence, _receiving.Next);
        if (sequence >= _receiving.Edge || payload.Length > MaxPacketBytes - _format.Overhead)
        {
            _ackAt = now;
            return false;
        }

        TakeStamp(packet);
        if (_receiving.Has(sequence))
        {
            _duplicates++;
            _ackAt = now;
            _lingersUntil = TimeSpan.MaxValue;
            return true;
        }

        try
        {
            bool hadGap = _receiving.HasGap;
            if (!_receiving.TryAdd(sequence, payload, packet.Type == ReliableType.Fin))
            {
                return false;
            }

            _payloadReceived += payload.Length;
            // Who has a gap, or had one, needs to know now; so does who waits for the end.
            bool isUrgent = hadGap || _receiving.HasGap || sequence != _receiving.Next - 1 || packet.Type == ReliableType.Fin || ++_unacknowledged >= AckEvery;
            _ackAt = isUrgent ? now : Earlier(_ackAt, now + _options.AckDelay);
            return true;
        }
        catch (QuotaExceededException)
        {
            // Not acknowledged, it comes again.
            return true;
        }
    }

    private void TakeStamp(in ReliablePacket packet)
    {
        if (!packet.IsEcho)
        {
            _echo = packet.Time;
        }
    }

    private void TakeAcknowledgement(in ReliablePacket packet, long acknowledged, TimeSpan now)
    {
        int inFlight = _sending.InFlight;
        long arrived = 0;
        Arrival newest = default;
        for (; _sending.First < acknowledged; _sending.PassFirst())
        {
            if (_sending[_sending.First].State != SendSlotState.Acknowledged)
            {
                arrived++;
                newest = Newer(newest, _sending.First, now);
            }
        }

        for (ulong map = _sending.NewIn(packet.Sack); map != 0; map &= map - 1)
        {
            int bit = BitOperations.TrailingZeroCount(map);
            arrived++;
            newest = Newer(newest, _sending.First + 1 + bit, now);
            _sending.MarkSacked(bit);
        }

        if (packet.Window is { } window && acknowledged + Math.Min(window, _format.MaxWindow) is var edge && edge > _edge)
        {
            _edge = edge;
            _askRoomAt = TimeSpan.MaxValue;
        }

        if (arrived == 0)
        {
            return;
        }

        Measure(newest, packet, now);
        if (_roundTrip.IsCrowded)
        {
            _congestion?.Crowd();
        }

        _congestion?.Acknowledge((int)arrived, inFlight, newest.Order);
        _size.Succeed((int)arrived);
        _progressAt = now;
        _timeouts = 0;
        _hasProbedTail = false;
        _forced = 0;
        _roundTrip.Relax();
        FindLost(now);
    }

    /// <summary>Of what arrived, that which was sent last tells most. What was sent twice may have arrived the first time.</summary>
    private Arrival Newer(in Arrival newest, long sequence, TimeSpan now)
    {
        SendSlot slot = _sending[sequence];
        bool isSure = slot.Sendings == 1 || now - slot.SentAt >= LeastAnswer(slot.Length);
        if (isSure && slot.Order > _arrivedOrder)
        {
            _arrivedOrder = slot.Order;
        }

        return slot.Sendings > 0 && (newest.Sendings == 0 || slot.Order > newest.Order) ? new Arrival(slot.Order, slot.SentAt, slot.Sendings) : newest;
    }

    /// <summary>
    /// How soon a packet is answered at the earliest: as soon as ever, and on a line no sooner than its bytes have gone over it. There what was sent twice is never measured, and the only measure may be of
    /// a packet that waited for a device to come back.
    /// </summary>
    private TimeSpan LeastAnswer(int bytes) => _options.LineRate is { } rate ? Earlier(_roundTrip.Least, TimeSpan.FromSeconds(bytes / rate)) : _roundTrip.Least;

    private void Measure(in Arrival newest, in ReliablePacket packet, TimeSpan now)
    {
        if (newest.Sendings == 1)
        {
            _roundTrip.Sample(now - newest.SentAt);
        }
        else if (packet.IsEcho)
        {
            _roundTrip.Sample(TimeSpan.FromMilliseconds((ushort)(StampAt(now) - packet.Time)));
        }
    }

    /// <summary>When both sides have ended, it ends: at once where the peer knows, else when it would have given up asking.</summary>
    private void CheckEnd(TimeSpan now)
    {
        if (!_sending.IsEndAcknowledged || !_receiving.HasEnded)
        {
            return;
        }

        if (!_hasSaidEnd)
        {
            _hasSaidEnd = true;
            _ackAt = now;
        }

        if (_lingersUntil == TimeSpan.MaxValue)
        {
            _lingersUntil = now + _options.MaxStall;
        }

        if (_ackAt == TimeSpan.MaxValue && (_peerKnowsEnd || now >= _lingersUntil))
        {
            State = PacketStreamState.Ended;
        }
    }

    /// <summary>The number of the machine that has these low bits and is next to one that is known.</summary>
    private long Widen(uint number, long near)
    {
        int spare = 64 - _format.SequenceBits;
        return near + (((number - near) << spare) >> spare);
    }

    /// <summary>One sending that has arrived. None where <paramref name="Sendings"/> is 0.</summary>
    private readonly record struct Arrival(long Order, TimeSpan SentAt, int Sendings);
}
