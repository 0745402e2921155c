using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Transports.Packets;

namespace Umbra.Transports.Spx;

/// <summary>
/// SPX, version 1. A lost packet is sent again alone: when three acknowledgements say that later ones have arrived (NewReno, RFC 6582), or after a <see cref="SpxTimeout"/>;
/// how much is under way follows <see cref="SpxCongestion"/>. Who ends first sends an end, and who ends second an end that says so; either side may go on sending
/// after the other's end. SPX has no word for breaking off: here it is a system packet with an end, which a peer that does not know that takes for an end. Half is in
/// <c>SpxStream.Receive.cs</c>.
/// </summary>
internal sealed partial class SpxStream : IPacketStream
{
    /// <summary>Each window, of this side's memory. Two of them make a connection.</summary>
    private const int WindowBytes = 128 * 1024;
    private const int MinSlots = 8;
    private const int MaxSlots = 256;

    private const int MaxConnectTries = 5;
    private const int MaxTries = 10;

    /// <summary>How often an end is sent again that a peer, which has ended itself, does not acknowledge: it is gone.</summary>
    private const int MaxEndTries = 4;
    private const int DuplicateAcks = 3;

    private static readonly TimeSpan FirstAnswer = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AckDelay = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan HalfOpen = TimeSpan.FromSeconds(5);

    /// <summary>How often a client asks until it knows that its server knows that it is there: the server itself asks nobody whose address may be wrong.</summary>
    private static readonly TimeSpan Confirm = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxProbe = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan MinLinger = TimeSpan.FromSeconds(1);

    /// <summary>The watchdog's times, in ticks of 1/18.21 s: 54 and 540.</summary>
    private static readonly TimeSpan Verify = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(30);

    private readonly MemoryPool<byte> _memory;
    private readonly bool _isClient;
    private readonly int _slots;
    private readonly int _slotBytes;
    private readonly SpxTimeout _timeout = new();
    private readonly SpxCongestion _congestion = new();
    private SpxSendWindow? _send;
    private SpxReceiveWindow? _receive;
    private ushort _peer = SpxHeader.Unknown;
    private PacketStreamCounters _counters;

    /// <summary>The highest number the peer has room for.</summary>
    private long _allocation;
    private bool _isEndWanted;
    private bool _isAbortToTell;

    // When something is due, counted from the beginning; MaxValue: it is not.
    private TimeSpan _askAt;
    private TimeSpan _askEvery = Verify;
    private TimeSpan _resendAt = TimeSpan.MaxValue;
    private TimeSpan _ackAt = TimeSpan.MaxValue;
    private TimeSpan _probeAt = TimeSpan.MaxValue;
    private TimeSpan _lingerAt = TimeSpan.MaxValue;
    private TimeSpan _probeEvery;
    private TimeSpan _heardAt;
    private TimeSpan _sentAt;
    private TimeSpan _askedFirst;
    private int _asked;
    private int _tries;

    /// <summary>After a timeout everything from here to what was sent last may be lost.</summary>
    private long _resend = long.MaxValue;

    /// <summary>To be sent again now, for all the window.</summary>
    private long? _lost;

    private SpxStream(MemoryPool<byte> memory, int maxPacketBytes, ushort id, bool isClient)
    {
        _memory = memory;
        _isClient = isClient;
        _slotBytes = maxPacketBytes - SpxHeader.Bytes;
        _slots = Math.Clamp(WindowBytes / _slotBytes, MinSlots, MaxSlots);
        MaxPacketBytes = maxPacketBytes;
        Id = id;
    }

    /// <summary>This side's number for the connection.</summary>
    public ushort Id { get; }

    public PacketStreamState State { get; private set; }

    public string? Failure { get; private set; }

    public TransportError FailureKind { get; private set; }

    public int MaxPacketBytes { get; }

    public PacketStreamCounters Counters => _counters;

    public bool HasUnread => _receive is { HasUnread: true } && State != PacketStreamState.Failed;

    public bool IsReadingCompleted => _receive is { IsReadingCompleted: true };

    public TimeSpan NextDue => State switch
    {
        _ when IsDueNow => TimeSpan.Zero,
        PacketStreamState.Connecting => _askAt,
        PacketStreamState.Open when _lingerAt < TimeSpan.MaxValue => Earliest(_lingerAt, _ackAt),
        PacketStreamState.Open => Earliest(Earliest(_askAt, _resendAt), Earliest(_ackAt, _probeAt)),
        _ => TimeSpan.MaxValue,
    };

    private bool IsDueNow => State switch
    {
        PacketStreamState.Connecting => _acksDue > 0,
        PacketStreamState.Open => _acksDue > 0 || _lost is not null || NextData() is not null || (IsShut && _probeAt == TimeSpan.MaxValue),
        _ => _isAbortToTell,
    };

    /// <summary>There is something to be sent, the peer has no room for it, and nothing is under way that would tell of some.</summary>
    private bool IsShut => _send is { } send && send.First == send.Next && send.Next < send.Last && send.Next > _allocation;

    /// <summary>The side that asks for a connection.</summary>
    /// <param name="memory">Takes two windows of 128 KiB of it once there is an answer.</param>
    /// <param name="maxPacketBytes">Of both sides, in bytes with SPX's header.</param>
    /// <param name="id">See <see cref="SpxHeader.IsConnection"/>; not easy to guess, and no other connection's with the peer.</param>
    public static SpxStream Connect(MemoryPool<byte> memory, int maxPacketBytes, ushort id) => new(memory, maxPacketBytes, id, isClient: true);

    /// <summary>The side that is asked. It answers requests it receives, and is open, and takes memory, once the peer has shown that it got the answer.</summary>
    /// <param name="request">See <see cref="SpxHeader.IsConnectRequest"/>. It is to be received as well.</param>
    public static SpxStream Accept(MemoryPool<byte> memory, int maxPacketBytes, ushort id, in SpxHeader request) => new(memory, maxPacketBytes, id, isClient: false)
    {
        _peer = request.Source,
        _askAt = HalfOpen,
    };

    public int Send(Span<byte> packet, TimeSpan now)
    {
        if (State == PacketStreamState.Connecting)
        {
            return SendConnecting(packet, now);
        }

        if (State == PacketStreamState.Open)
        {
            Tick(now);
        }

        if (_isAbortToTell)
        {
            _isAbortToTell = false;
            return SendSystem(packet, SpxControl.System, SpxDataStream.End);
        }

        return State == PacketStreamState.Open ? SendOpen(packet, now) : 0;
    }

    public int Write(ReadOnlySpan<byte> bytes) => State == PacketStreamState.Open && !_isEndWanted ? _send!.Write(bytes) : 0;

    public void CompleteWriting()
    {
        _isEndWanted = true;
        _send?.WriteEnd();
    }

    public int Read(Span<byte> destination)
    {
        if (_receive is null || State == PacketStreamState.Failed)
        {
            return 0;
        }

        int read = _receive.Read(destination);

        // Of little room the peer is told with what is sent anyway.
        if (_receive.Allocation - _toldAllocation >= _slots / 2)
        {
            _acksDue = Math.Max(_acksDue, 1);
        }

        return read;
    }

    public void Abort(string reason, TransportError kind = TransportError.Other)
    {
        if (_lingerAt < TimeSpan.MaxValue)
        {
            State = PacketStreamState.Ended;
        }
        else if (State is PacketStreamState.Connecting or PacketStreamState.Open)
        {
            _isAbortToTell = State == PacketStreamState.Open;
            Fail(kind, reason);
        }
    }

    public void Dispose()
    {
        _send?.Dispose();
        _receive?.Dispose();
        (_send, _receive) = (null, null);
        if (State is PacketStreamState.Connecting or PacketStreamState.Open)
        {
            Fail(TransportError.Other, "disposed");
        }
    }

    private static TimeSpan Earliest(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Fail(TransportError kind, string reason)
    {
        State = PacketStreamState.Failed;
        (FailureKind, Failure) = (kind, reason);
    }

    private void Open(TimeSpan now)
    {
        try
        {
            _send = new SpxSendWindow(_memory.Rent(_slots * _slotBytes), _slots, _slotBytes);
            _receive = new SpxReceiveWindow(_memory.Rent(_slots * _slotBytes), _slots, _slotBytes);
        }
        catch (QuotaExceededException)
        {
            Fail(TransportError.Other, "there is no memory for one more connection");
            return;
        }

        State = PacketStreamState.Open;
        if (_isEndWanted)
        {
            _send.WriteEnd();
        }
    }

    /// <summary>A client asks after 0, 0.5, 1.5, 3.5 and 7.5 s. A server answers.</summary>
    private int SendConnecting(Span<byte> packet, TimeSpan now)
    {
        if (_acksDue > 0 && !_isClient)
        {
            _acksDue = 0;
            NoteAsked(now);
            return SendSystem(packet, SpxControl.System);
        }

        if (now < _askAt)
        {
            return 0;
        }

        if (!_isClient || _asked == MaxConnectTries)
        {
            Fail(TransportError.TimedOut, _isClient ? "nobody answers" : "the peer asked for a connection and was not heard of again");
            return 0;
        }

        _askAt = now + (FirstAnswer * (1 << _asked));
        NoteAsked(now);
        return SendSystem(packet, SpxControl.System | SpxControl.AckRequired);
    }

    private void NoteAsked(TimeSpan now)
    {
        _askedFirst = _asked == 0 ? now : _askedFirst;
        _asked++;
    }

    /// <summary>Does what is due at this time, but for sending.</summary>
    private void Tick(TimeSpan now)
    {
        bool isPeerGoneAfterEnd = _receive!.HasEnded && _send!.IsOnlyEndLeft && _tries >= MaxEndTries;
        if (now >= _lingerAt || (now >= _resendAt && isPeerGoneAfterEnd))
        {
            State = PacketStreamState.Ended;
        }
        else if (now >= _heardAt + GiveUp || (now >= _resendAt && _tries == MaxTries))
        {
            Fail(TransportError.TimedOut, $"the peer is not heard of any more: {(now - _heardAt).TotalSeconds:0} s, {_tries} tries");
        }
        else if (now >= _resendAt)
        {
            TimeOut(now);
        }

        if (now >= _ackAt)
        {
            _acksDue = Math.Max(_acksDue, 1);
            _ackAt = TimeSpan.MaxValue;
        }
    }

    /// <summary>
    /// Both have ended. Who ended second knows that the other knows, as its end was acknowledged; who ended first stays for a while, to acknowledge once more where that was lost.
    /// </summary>
    private void EndWhereBothHave(TimeSpan now)
    {
        if (!_receive!.HasEnded || !_send!.IsEndAcked)
        {
            return;
        }

        TimeSpan linger = _timeout.Value * 4;
        _lingerAt = now + (linger > MinLinger ? linger : MinLinger);
        State = _hasEndedSecond ? PacketStreamState.Ended : State;
    }

    private void TimeOut(TimeSpan now)
    {
        _tries++;
        _congestion.TimedOut(_send!.Next - _send.First, isFirst: _tries == 1);
        _timeout.BackOff();
        _resendAt = now + _timeout.Value;
        _resend = _send.First;
        _lost = null;
        _isRecovering = false;
        _recover = _send.Next - 1;
        _duplicateAcks = 0;
    }

    private int SendOpen(Span<byte> packet, TimeSpan now)
    {
        // A packet of data acknowledges as well, but only one of the system counts as "something is missing".
        if (_acksDue > 0 && _receive!.HasGap)
        {
            return SendAck(packet);
        }

        if (_lost is { } lost)
        {
            _lost = null;
            return SendData(packet, lost, now);
        }

        if (now - _sentAt > _timeout.Value && _send!.First == _send.Next)
        {
            _congestion.Rested();
        }

        if (NextData() is { } sequence)
        {
            _resend = sequence == _resend ? sequence + 1 : _resend;
            return SendData(packet, sequence, now);
        }

        return _acksDue > 0 ? SendAck(packet) : SendQuestion(packet, now);
    }

    /// <summary>Which packet of data may go now; null: none.</summary>
    private long? NextData()
    {
        SpxSendWindow send = _send!;
        long next = Math.Min(_resend, send.Next);
        bool isThere = next < send.Last && (next < send.Next || next <= _allocation);
        return isThere && next - send.First - _duplicateAcks < _congestion.Window ? next : null;
    }

    private int SendData(Span<byte> packet, long sequence, TimeSpan now)
    {
        SpxSendWindow send = _send!;
        if (sequence < send.Next)
        {
            // What takes part in this is no measure of time any more.
            _sampleFrom = send.Next;
            _counters = _counters with { Retransmitted = _counters.Retransmitted + 1 };
        }
        else
        {
            _counters = _counters with { PayloadSent = _counters.PayloadSent + send.Payload(sequence).Length };
        }

        byte dataStream = send.Sent(sequence, now, _receive!.HasEnded ? SpxDataStream.EndAck : SpxDataStream.End);
        _hasEndedSecond |= dataStream == SpxDataStream.EndAck;
        ReadOnlySpan<byte> payload = send.Payload(sequence);
        SpxControl endOfMessage = sequence == send.Last - 1 && dataStream == SpxDataStream.Data ? SpxControl.EndOfMessage : SpxControl.None;
        WriteHeader(packet, SpxControl.AckRequired | endOfMessage, dataStream, sequence);
        payload.CopyTo(packet[SpxHeader.Bytes..]);
        _resendAt = _resendAt < TimeSpan.MaxValue && sequence != send.First ? _resendAt : now + _timeout.Value;
        _sentAt = now;
        if (!_receive.HasGap)
        {
            AckSent();
        }

        return SpxHeader.Bytes + payload.Length;
    }

    private int SendAck(Span<byte> packet)
    {
        bool areManyDue = _receive!.HasGap && _acksDue > 1;
        int due = _acksDue - 1;
        AckSent();
        _acksDue = areManyDue ? due : 0;
        bool hasEnded = _receive.HasEnded && _send!.HasEnd && _send.Next == _send.Last;
        return SendSystem(packet, SpxControl.System, hasEnded ? SpxDataStream.EndAck : SpxDataStream.Data);
    }

    /// <summary>The watchdog: whoever hears nothing for a while asks; so does who waits for room.</summary>
    private int SendQuestion(Span<byte> packet, TimeSpan now)
    {
        if (!IsShut)
        {
            _probeAt = TimeSpan.MaxValue;
        }
        else if (_probeAt == TimeSpan.MaxValue)
        {
            _probeEvery = _timeout.Value;
            _probeAt = now + _probeEvery;
        }

        bool isProbeDue = now >= _probeAt;
        if (!isProbeDue && now < _askAt)
        {
            return 0;
        }

        if (isProbeDue)
        {
            _probeEvery = Earliest(_probeEvery * 2, MaxProbe);
            _probeAt = now + _probeEvery;
        }

        // Not asked while both have ended, when nobody needs to know any more.
        _askAt = now + _askEvery;
        return _lingerAt < TimeSpan.MaxValue ? 0 : SendSystem(packet, SpxControl.System | SpxControl.AckRequired);
    }

    private int SendSystem(Span<byte> packet, SpxControl control, byte dataStream = SpxDataStream.Data)
    {
        WriteHeader(packet, control, dataStream, _send?.Next ?? 0);
        return SpxHeader.Bytes;
    }

    private void WriteHeader(Span<byte> packet, SpxControl control, byte dataStream, long sequence)
    {
        _toldAllocation = _receive?.Allocation ?? _slots - 1;
        _counters = _counters with { Sent = _counters.Sent + 1 };
        new SpxHeader(control, dataStream, Id, _peer, (ushort)sequence, (ushort)(_receive?.Next ?? 0), (ushort)_toldAllocation).Write(packet);
    }
}
