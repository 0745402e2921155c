using Umbra.Transports.Packets;

namespace Umbra.Transports.Reliable;

/// <summary>What goes to the peer, and when.</summary>
internal sealed partial class ReliableStream
{
    /// <summary>Something was lost if so many that were sent later have arrived.</summary>
    private const int Overtaking = 3;

    /// <summary>Credit of the pacer in time, and at least in packets: who is woken late may make up for it.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(4);
    private const int BurstPackets = 10;
    private const int ForcedPackets = 2;
    private const double PacingGain = 1.25;
    private static readonly TimeSpan LeastLingerPing = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostAskRoom = TimeSpan.FromSeconds(5);

    /// <summary>The peer has no room from here on.</summary>
    private long _edge;
    private long _edgeSaid;
    private bool _owesPing;
    private bool _owesReset;
    private TimeSpan _pingedAt;

    /// <summary>When the peer, who had no room, is asked whether it has.</summary>
    private TimeSpan _askRoomAt = TimeSpan.MaxValue;
    private TimeSpan _askRoomInterval;

    /// <summary>Something new was acknowledged, or the first was sent when all was.</summary>
    private TimeSpan _progressAt;
    private TimeSpan _sentAt;
    private int _timeouts;
    private bool _hasProbedTail;

    /// <summary>So many packets go whatever the windows say: nothing has come back for long.</summary>
    private int _forced;

    /// <summary>The latest sending that is known to have arrived.</summary>
    private long _arrivedOrder = -1;

    /// <summary>When the oldest in flight, overtaken by others, is taken as lost.</summary>
    private TimeSpan _lossAt = TimeSpan.MaxValue;

    public TimeSpan NextDue => State switch
    {
        PacketStreamState.Connecting => HandshakeDue,
        PacketStreamState.Open => OpenDue,
        _ => _owesReset ? TimeSpan.Zero : TimeSpan.MaxValue,
    };

    private TimeSpan OpenDue
    {
        get
        {
            if (_owesPing || _owesSynAck || (IsOutOfRoom && _askRoomAt == TimeSpan.MaxValue))
            {
                return TimeSpan.Zero;
            }

            TimeSpan due = Earlier(Earlier(_ackAt, PingAt), Earlier(_heardAt + _options.DeadAfter, _lingersUntil));
            due = Earlier(due, Earlier(Earlier(_lossAt, TimeoutAt), Earlier(_askRoomAt, _isConfirmed ? _size.ProbeAt : TimeSpan.MaxValue)));
            return TryPick(out _) ? Earlier(due, _forced > 0 ? TimeSpan.Zero : _pacer.FreeAt) : due;
        }
    }

    private TimeSpan PingAt => _isConfirmed ? Later(_heardAt, _pingedAt) + (IsLingering ? Later(_roundTrip.Timeout * 4, LeastLingerPing) : _options.PingAfter) : _pingedAt + _roundTrip.Timeout;

    private bool IsLingering => _lingersUntil != TimeSpan.MaxValue;

    /// <summary>When the oldest in flight is sent again because nothing new has come back. The first time is early, and no sign of congestion: often it is only the tail that was lost.</summary>
    private TimeSpan TimeoutAt => _sending.InFlight == 0 ? TimeSpan.MaxValue : Later(_progressAt, _sentAt) + (IsProbingTail ? Earlier(TailProbe, _roundTrip.Timeout) : _roundTrip.Timeout);

    private bool IsProbingTail => !_hasProbedTail && _roundTrip.Smoothed is not null;

    private TimeSpan TailProbe => (_roundTrip.Smoothed.GetValueOrDefault() * 2) + _options.AckDelay;

    public int Send(Span<byte> packet, TimeSpan now)
    {
        switch (State)
        {
            case PacketStreamState.Connecting:
                return SendHandshake(packet, now);
            case PacketStreamState.Open:
                Advance(now);
                int length = State == PacketStreamState.Open ? SendOpen(packet, now) : 0;
                CheckEnd(now);
                return length > 0 || State != PacketStreamState.Failed ? length : SendReset(packet);
            default:
                return SendReset(packet);
        }
    }

    /// <summary>What is to happen because time has passed.</summary>
    private void Advance(TimeSpan now)
    {
        if (now >= _heardAt + _options.DeadAfter)
        {
            FailOrEnd(TransportError.TimedOut, $"nothing came from the peer for {_options.DeadAfter.TotalSeconds:0} s");
            return;
        }

        _size.Advance(now);
        if (now >= PingAt)
        {
            _owesPing = true;
        }

        if (now >= _askRoomAt)
        {
            _owesPing = true;
            _askRoomInterval = Earlier(_askRoomInterval * 2, MostAskRoom);
            _askRoomAt = now + _askRoomInterval;
        }

        if (now >= _lossAt)
        {
            FindLost(now);
        }

        if (now >= TimeoutAt)
        {
            TimeOut(now);
        }
    }

    /// <summary>In flight and overtaken: lost, once it had a quarter more than the usual time. Where fewer have overtaken it, it gets longer; on a line nothing overtakes.</summary>
    private void FindLost(TimeSpan now)
    {
        _lossAt = TimeSpan.MaxValue;
        TimeSpan usual = _roundTrip.Smoothed ?? _roundTrip.Timeout;
        while (_sending.Oldest is not SendSlot.None and var oldest && _sending[oldest].Order < _arrivedOrder)
        {
            SendSlot slot = _sending[oldest];
            TimeSpan patience = _options.LineRate is not null ? usual : _arrivedOrder - slot.Order >= Overtaking ? usual * 1.25 : (usual * 2) + _options.AckDelay;
            if (now < slot.SentAt + patience)
            {
                _lossAt = slot.SentAt + patience;
                return;
            }

            _sending.MarkLost(oldest);
            _congestion?.Lose(slot.Order, _sending.NextOrder);
            _size.Fail();
        }
    }

    private void TimeOut(TimeSpan now)
    {
        bool isTail = IsProbingTail;
        _hasProbedTail = true;
        if (!isTail)
        {
            _timeouts++;
            _roundTrip.BackOff();
            _congestion?.TimeOut(_sending.NextOrder);
            if (_timeouts >= _options.MaxTimeouts || now - _progressAt >= _options.MaxStall)
            {
                _owesReset = true;
                FailOrEnd(TransportError.TimedOut, $"the peer acknowledged nothing for {(now - _progressAt).TotalSeconds:0} s");
                return;
            }
        }

        // The first of all is what the peer waits for; and where a wire loses much, two have a better chance that one and its answer get through.
        _forced = ForcedPackets;
        while (_sending.Lost < ForcedPackets && _sending.InFlight > 0)
        {
            _sending.MarkLost(_sending[_sending.First].State == SendSlotState.InFlight ? _sending.First : _sending.Oldest);
        }
    }

    private int SendOpen(Span<byte> packet, TimeSpan now)
    {
        if (_owesSynAck)
        {
            return SendSynAck(packet);
        }

        if (_owesPing)
        {
            return SendPing(packet, now, padding: 0);
        }

        UpdatePace(now);
        bool canSend = TryPick(out long sequence) && (_forced > 0 || now >= _pacer.FreeAt);
        if (now >= _ackAt && !(canSend && _format.IsDataComplete))
        {
            return SendAck(packet);
        }

        if (canSend)
        {
            return SendData(packet, sequence, now);
        }

        WatchRoom(now);
        return _isConfirmed && _size.TryProbe(now, _roundTrip.Timeout, out int bytes) ? SendPing(packet, now, bytes - _format.Overhead) : 0;
    }

    /// <summary>Which packet is next, if the windows allow any.</summary>
    private bool TryPick(out long sequence)
    {
        sequence = _sending.FirstLost;
        bool isNew = sequence == SendSlot.None;
        if (isNew)
        {
            sequence = _sending.Next;
        }

        bool isThere = !isNew || (_sending.Unsent > 0 && sequence < _edge);
        return isThere && (_isConfirmed || _format.IsDataComplete) && (_forced > 0 || _congestion is null || _sending.InFlight < _congestion.Packets);
    }

    private void UpdatePace(TimeSpan now)
    {
        double rate = _options.LineRate ?? _options.MaxRate ?? double.PositiveInfinity;
        if (_congestion is not null && _roundTrip.Smoothed is { } usual && usual > TimeSpan.Zero)
        {
            rate = Math.Min(rate, PacingGain * _congestion.Packets * _size.Current / usual.TotalSeconds);
        }

        // A line takes as much as its largest frame while the one before is on it; more would only wait in the kernel, before what is urgent.
        double packets = _options.LineRate is null ? BurstPackets * _size.Current : MaxPacketBytes + _options.LineOverhead;
        _pacer.Update(rate, Math.Max(packets, rate * Burst.TotalSeconds), now);
    }

    /// <summary>All is acknowledged, and the peer has no room for more: it will say when it has, but that may be lost.</summary>
    private bool IsOutOfRoom => _sending.Unsent > 0 && _sending.Next >= _edge && _sending.First == _sending.Next;

    private void WatchRoom(TimeSpan now)
    {
        if (IsOutOfRoom && _askRoomAt == TimeSpan.MaxValue)
        {
            _askRoomInterval = _roundTrip.Timeout;
            _askRoomAt = now + _askRoomInterval;
        }
    }

    private int SendData(Span<byte> packet, long sequence, TimeSpan now)
    {
        if (_sending.InFlight == 0)
        {
            if (now - _sentAt > _roundTrip.Timeout)
            {
                _congestion?.Rest();
            }

            _progressAt = _timeouts == 0 ? now : _progressAt;
        }

        _forced = Math.Max(0, _forced - 1);
        _sending.MarkSent(sequence, now);
        _sentAt = now;
        SendSlot slot = _sending[sequence];
        _retransmitted += slot.Sendings > 1 ? 1 : 0;
        ReadOnlySpan<byte> payload = slot.IsEnd ? [] : slot.Buffer!.Memory.Span[..slot.Length];
        if (_format.IsDataComplete)
        {
            HasAcknowledged();
        }

        return Write(packet, HeaderOf(slot.IsEnd ? ReliableType.Fin : ReliableType.Data, sequence) with { Time = StampAt(now) }, payload);
    }

    private int SendAck(Span<byte> packet)
    {
        HasAcknowledged();
        ReliablePacket header = HeaderOf(ReliableType.Ack, _sending.Next) with { Time = _echo ?? 0, IsEcho = _echo is not null };
        _echo = null;
        ReadOnlySpan<byte> probe = _probe == 0 ? [] : [(byte)(_probe >> 8), (byte)_probe];
        _probe = 0;
        return Write(packet, header, probe);
    }

    private void HasAcknowledged()
    {
        _ackAt = TimeSpan.MaxValue;
        _unacknowledged = 0;
        _edgeSaid = _receiving.Edge;
    }

    /// <summary>Says the first that is not acknowledged, as a listener that keeps nothing until then has to find the beginning in it.</summary>
    /// <param name="padding">Bytes.</param>
    private int SendPing(Span<byte> packet, TimeSpan now, int padding)
    {
        Span<byte> zeros = packet[^padding..];
        zeros.Clear();
        _owesPing = false;
        _pingedAt = now;
        return Write(packet, HeaderOf(ReliableType.Ping, _sending.First) with { Time = StampAt(now) }, zeros);
    }

    private int SendReset(Span<byte> packet)
    {
        if (!_owesReset)
        {
            return 0;
        }

        _owesReset = false;
        return Write(packet, HeaderOf(ReliableType.Reset, _sending.Next), []);
    }

    private ReliablePacket HeaderOf(ReliableType type, long sequence) => new()
    {
        Type = type,
        HasIds = true,
        Source = _session.LocalId,
        Destination = _session.PeerId,
        Sequence = (uint)sequence,
        Acknowledged = (uint)_receiving.Next,
        Sack = _receiving.Map,
        Window = (int)(_receiving.Edge - _receiving.Next),
        KnowsEnd = _sending.IsEndAcknowledged,
    };

    private int Write(Span<byte> packet, in ReliablePacket header, ReadOnlySpan<byte> payload)
    {
        _sent++;
        int length = _format.Write(header, payload, packet);
        _pacer.Spend(length + _options.LineOverhead);
        return length;
    }

    private static ushort StampAt(TimeSpan now) => (ushort)(long)now.TotalMilliseconds;
}
