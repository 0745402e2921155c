using Umbra.Transports.Packets;

namespace Umbra.Transports.Reliable;

/// <summary>How two sides agree upon a session: SYN, SYNACK, and a PING, which says that the SYNACK has arrived and is repeated until anything comes back.</summary>
internal sealed partial class ReliableStream
{
    /// <summary>A packet of another session is answered at most so often.</summary>
    private static readonly TimeSpan StrayInterval = TimeSpan.FromMilliseconds(100);

    private TimeSpan _synAt;
    private TimeSpan _synInterval = TimeSpan.FromSeconds(1);

    /// <summary>The peer has asked, and this side answers it instead of asking itself.</summary>
    private bool _isAnswering;
    private bool _owesSynAck;

    /// <summary>The peer has said something that it says only in this session.</summary>
    private bool _isConfirmed;

    /// <summary>Of another session; the peer is told that there is no such.</summary>
    private ReliablePacket? _stray;
    private TimeSpan _strayAt;

    private bool IsAsking => _role != ReliableRole.Accept && !_isAnswering;

    /// <summary>When a session that does not come about is given up.</summary>
    private TimeSpan ConnectEnd => _role == ReliableRole.Accept ? TimeSpan.MaxValue : _options.ConnectTimeout ?? TimeSpan.MaxValue;

    private bool TakeSyn(in ReliablePacket packet, TimeSpan now)
    {
        if (packet.Source == 0 || packet.Source == _session.LocalId || _role == ReliableRole.Connect)
        {
            // With our own number it is our own, come back over a line that echoes.
            return false;
        }

        if (State == PacketStreamState.Open)
        {
            return IsRepeated(packet, now);
        }

        _isAnswering = _role == ReliableRole.Accept || _session.LocalId < packet.Source;
        if (!_isAnswering)
        {
            return true;
        }

        Join(packet);
        _owesSynAck = true;
        return true;
    }

    /// <summary>On a session that is open: the same SYN again is answered again; another may be forged, or of a peer that began anew. Which it is shows in its answer to a PING.</summary>
    private bool IsRepeated(in ReliablePacket packet, TimeSpan now)
    {
        bool isSame = packet.Source == _session.PeerId && packet.Sequence == _session.PeerStart;
        if (isSame)
        {
            _owesSynAck = !IsAsking;
        }
        else if (now - _pingedAt >= StrayInterval)
        {
            _owesPing = true;
        }

        return isSame;
    }

    private bool TakeSynAck(in ReliablePacket packet, TimeSpan now)
    {
        if (packet.Source == 0 || packet.Destination != _session.LocalId || !IsAtStart(packet.Acknowledged))
        {
            return false;
        }

        if (State == PacketStreamState.Open)
        {
            return packet.Source == _session.PeerId;
        }

        if (!IsAsking)
        {
            return false;
        }

        Join(packet);
        Open(now);
        _owesPing = true;
        return true;
    }

    private bool IsAtStart(uint acknowledged) => Widen(acknowledged, _session.LocalStart) == _session.LocalStart;

    /// <summary>Nothing has been received yet: the window begins where the peer's sequence does.</summary>
    private void Join(in ReliablePacket packet)
    {
        _session = _session with { PeerId = packet.Source, PeerStart = packet.Sequence };
        _receiving = new ReceiveWindow(_buffers, _receiveWindow, packet.Sequence);
        _edgeSaid = _receiving.Edge;
        _edge = _sending.First + Math.Min(packet.Window ?? 0, _format.MaxWindow);
    }

    private void Open(TimeSpan now)
    {
        State = PacketStreamState.Open;
        _heardAt = _progressAt = now;
    }

    /// <summary>Whether it belongs to this session, as far as it says so.</summary>
    private bool IsOurs(in ReliablePacket packet) =>
        packet.HasIds ? packet.Source == _session.PeerId && packet.Destination == _session.LocalId && packet.Source != 0 : State == PacketStreamState.Open;

    /// <summary>While this side asks for a session, the peer may still be in one that is over, and is waiting for us.</summary>
    private void AnswerStray(in ReliablePacket packet, TimeSpan now)
    {
        if (State == PacketStreamState.Connecting && packet.HasIds && now >= _strayAt)
        {
            _stray = packet;
            _strayAt = now + StrayInterval;
        }
    }

    private int SendHandshake(Span<byte> packet, TimeSpan now)
    {
        if (now >= ConnectEnd)
        {
            Fail(TransportError.TimedOut, $"the peer did not answer for {ConnectEnd.TotalSeconds:0} s");
            return 0;
        }

        if (_stray is { } stray)
        {
            _stray = null;
            return ReliableReset.Write(_format, stray, packet);
        }

        if (_owesSynAck)
        {
            return SendSynAck(packet);
        }

        if (!IsAsking || now < _synAt)
        {
            return 0;
        }

        // A line may be quiet for hours until somebody is there: then it is to be quick.
        _synAt = now + _synInterval;
        _synInterval = _options.ConnectTimeout is null ? _synInterval : Earlier(_synInterval * 2, TimeSpan.FromSeconds(4));
        return Write(packet, HeaderOf(ReliableType.Syn, _sending.First) with { Destination = 0, Acknowledged = 0, Time = StampAt(now) }, []);
    }

    private int SendSynAck(Span<byte> packet)
    {
        _owesSynAck = false;
        return Write(packet, HeaderOf(ReliableType.SynAck, _session.LocalStart) with { Acknowledged = _session.PeerStart, Sack = 0 }, []);
    }

    private TimeSpan HandshakeDue => _stray is not null || _owesSynAck ? TimeSpan.Zero : IsAsking ? Earlier(_synAt, ConnectEnd) : ConnectEnd;
}
