using Umbra.Transports.Packets;

namespace Umbra.Transports.Spx;

/// <summary>What arrives, and what it says about what was sent.</summary>
internal sealed partial class SpxStream
{
    /// <summary>Acknowledgements that are to go at once: one for each packet that came behind a gap, since the peer counts them.</summary>
    private int _acksDue;

    /// <summary>Packets that are not acknowledged yet.</summary>
    private int _unacked;
    private long _toldAllocation;

    private int _duplicateAcks;
    private bool _isRecovering;

    /// <summary>What was sent last when something was lost: until it is acknowledged, duplicates say nothing new.</summary>
    private long _recover = -1;
    private long _sampleFrom;
    private bool _hasEndedSecond;

    public void Receive(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        if (State is PacketStreamState.Ended or PacketStreamState.Failed)
        {
            return;
        }

        _counters = _counters with { Received = _counters.Received + 1 };
        if (!SpxHeader.TryRead(packet, out SpxHeader header) || !TryReceive(header, packet[SpxHeader.Bytes..], now))
        {
            _counters = _counters with { Bad = _counters.Bad + 1 };
        }
    }

    /// <returns>False: no packet of this connection.</returns>
    private bool TryReceive(in SpxHeader header, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        if (!_isClient && header.IsConnectRequest && header.Source == _peer)
        {
            // It was asked once more, as the answer was lost or is late.
            _acksDue = Math.Max(_acksDue, 1);
            return true;
        }

        bool isAnswer = _isClient && State == PacketStreamState.Connecting;
        if (header.Destination != Id || !TryConnect(header, now) || !TryTakeAck(header, now))
        {
            return false;
        }

        _heardAt = now;
        _askEvery = isAnswer ? Confirm : Verify;
        _askAt = isAnswer ? now : now + Verify;
        bool isTaken = header.IsSystem ? TryTakeSystem(header) : TryTakeData(header, payload, now);
        EndWhereBothHave(now);
        return isTaken;
    }

    /// <summary>The first packet with both numbers opens the connection: the answer at a client, anything at a server.</summary>
    private bool TryConnect(in SpxHeader header, TimeSpan now)
    {
        if (State != PacketStreamState.Connecting)
        {
            return header.Source == _peer;
        }

        if (_isClient ? !header.IsSystem || !SpxHeader.IsConnection(header.Source) : header.Source != _peer)
        {
            return false;
        }

        _peer = header.Source;

        if (_asked == 1)
        {
            _timeout.Sample(now - _askedFirst);
        }

        Open(now);
        return State == PacketStreamState.Open;
    }

    /// <returns>False: it acknowledges what was never sent, or is out of all bounds.</returns>
    private bool TryTakeAck(in SpxHeader header, TimeSpan now)
    {
        SpxSendWindow send = _send!;
        long ack = SpxSequence.Unwrap(header.Ack, send.First);
        long allocation = SpxSequence.Unwrap(header.Allocation, ack);
        if (ack > send.Next || ack < send.First - SpxSequence.MaxWindow || allocation < ack - 1 || allocation - ack >= SpxSequence.MaxWindow)
        {
            return false;
        }

        bool isNewRoom = allocation > _allocation;
        _allocation = Math.Max(_allocation, allocation);
        if (ack > send.First)
        {
            TakeNewAck(send, ack, now);
        }
        else if (ack == send.First && ack < send.Next && !isNewRoom && header is { IsSystem: true, IsQuestion: false })
        {
            TakeDuplicateAck(send);
        }

        return true;
    }

    private void TakeNewAck(SpxSendWindow send, long ack, TimeSpan now)
    {
        int packets = (int)(ack - send.First);
        long underWay = Math.Min(_resend, send.Next) - send.First;
        if (ack - 1 >= _sampleFrom)
        {
            _timeout.Sample(now - send.SentAt(ack - 1));
        }
        else
        {
            _timeout.Reset();
        }

        send.Ack(ack);
        _tries = 0;
        _lost = _lost < ack ? null : _lost;
        _resend = Math.Max(_resend, ack);
        _resend = _resend >= send.Next ? long.MaxValue : _resend;
        _resendAt = ack < send.Next ? now + _timeout.Value : TimeSpan.MaxValue;
        if (!_isRecovering)
        {
            _duplicateAcks = 0;
            _congestion.Acked(packets, underWay);
        }
        else if (ack > _recover)
        {
            _isRecovering = false;
            _duplicateAcks = 0;
        }
        else
        {
            // The next gap: it is as old as the one that was just filled.
            _lost = ack;
            _duplicateAcks = Math.Max(0, _duplicateAcks - (packets - 1));
        }
    }

    private void TakeDuplicateAck(SpxSendWindow send)
    {
        _duplicateAcks++;
        if (!_isRecovering && _duplicateAcks == DuplicateAcks && send.First > _recover)
        {
            _isRecovering = true;
            _recover = send.Next - 1;
            _lost = send.First;
            _congestion.Lost(send.Next - send.First);
        }
    }

    private bool TryTakeSystem(in SpxHeader header)
    {
        SpxReceiveWindow receive = _receive!;
        if (header.DataStream == SpxDataStream.End)
        {
            bool isNow = Math.Abs(SpxSequence.Unwrap(header.Sequence, receive.Next) - receive.Next) <= _slots;
            if (isNow && _lingerAt == TimeSpan.MaxValue)
            {
                Fail(TransportError.Reset, "the peer has broken off");
            }

            return isNow;
        }

        // Of a peer that ends with a system packet: it has ended because we have.
        if (header.DataStream == SpxDataStream.EndAck && _send!.IsEndAcked && !receive.HasEnded && header.Sequence == (ushort)receive.Next)
        {
            receive.PutEnd();
        }

        if (header.IsQuestion)
        {
            _acksDue = Math.Max(_acksDue, 1);
        }

        return true;
    }

    private bool TryTakeData(in SpxHeader header, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        if (header.DataStream is SpxDataStream.ReleaseRequest or SpxDataStream.ReleaseAck)
        {
            return false;
        }

        if (payload.Length > _slotBytes)
        {
            Fail(TransportError.Protocol, $"the peer sends packets of {payload.Length} bytes, and here they have at most {_slotBytes}: the option mtu must be the same at both ends");
            return false;
        }

        SpxReceiveWindow receive = _receive!;
        bool hadGap = receive.HasGap;
        SpxArrival arrival = receive.Put(
            SpxSequence.Unwrap(header.Sequence, receive.Next), payload, isEnd: header.DataStream is SpxDataStream.End or SpxDataStream.EndAck);
        switch (arrival)
        {
            case SpxArrival.Next:
                _unacked++;
                _ackAt = _ackAt == TimeSpan.MaxValue ? now + AckDelay : _ackAt;
                bool isAtOnce = hadGap || _unacked >= 2 || receive.HasEnded;
                _acksDue = isAtOnce ? 1 : Math.Min(_acksDue, 1);
                break;
            case SpxArrival.BehindGap:
                _acksDue = Math.Min(_acksDue + 1, _slots);
                break;
            default:
                _acksDue = Math.Max(_acksDue, 1);
                break;
        }

        _counters = arrival switch
        {
            SpxArrival.Duplicate => _counters with { Duplicates = _counters.Duplicates + 1 },
            SpxArrival.Outside => _counters,
            _ => _counters with { PayloadReceived = _counters.PayloadReceived + payload.Length },
        };
        return arrival != SpxArrival.Outside;
    }

    private void AckSent()
    {
        _acksDue = 0;
        _unacked = 0;
        _ackAt = TimeSpan.MaxValue;
    }
}
