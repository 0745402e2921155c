using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Transports.Packets;

namespace Umbra.Transports.Reliable;

/// <summary>
/// A stream over a wire that loses, doubles, reorders and damages packets, by selective repeat: the receiver says what has arrived, as a number and a map of what lies beyond it, and the sender repeats
/// what was sent well before something that did arrive. It knows what to do at any time from its windows and a few times of its own; no list is searched. How packets look is the format's; whether the
/// wire is shared (<see cref="CongestionWindow"/>) or a line of a known rate is the options'.
/// </summary>
internal sealed partial class ReliableStream : IPacketStream
{
    private readonly ReliableRole _role;
    private readonly IReliableFormat _format;
    private readonly ReliableOptions _options;
    private readonly PacketBuffers _buffers;
    private readonly int _receiveWindow;
    private readonly SendWindow _sending;
    private readonly RoundTrip _roundTrip;
    private readonly Pacer _pacer = new();
    private readonly CongestionWindow? _congestion;
    private readonly PacketSize _size;
    private ReceiveWindow _receiving;
    private ReliableSession _session;
    private long _sent;
    private long _received;
    private long _retransmitted;
    private long _duplicates;
    private long _bad;
    private long _payloadSent;
    private long _payloadReceived;

    public ReliableStream(ReliableRole role, IReliableFormat format, ReliableOptions options, MemoryPool<byte> memory)
        : this(role, format, options, memory, ReliableSession.Draw(format))
    {
    }

    /// <param name="session">What this side has drawn, and the peer where that is agreed upon.</param>
    internal ReliableStream(ReliableRole role, IReliableFormat format, ReliableOptions options, MemoryPool<byte> memory, in ReliableSession session)
    {
        _role = role;
        _format = format;
        _options = options;
        _session = session;
        MaxPacketBytes = options.PacketSizes[^1];
        _buffers = new PacketBuffers(memory, MaxPacketBytes - format.Overhead);
        _sending = new SendWindow(_buffers, Math.Min(options.SendWindow, format.MaxWindow), session.LocalStart);
        _receiveWindow = Math.Min(options.ReceiveWindow, format.MaxWindow);
        _receiving = new ReceiveWindow(_buffers, _receiveWindow, session.PeerStart);
        _roundTrip = new RoundTrip(options.FirstTimeout, options.LeastTimeout, options.MostTimeout, options.TimeoutGrowth);
        _congestion = options.HasCongestionControl ? new CongestionWindow() : null;
        _size = new PacketSize(options, format.Overhead);
        _edge = session.LocalStart;
        _edgeSaid = _receiving.Edge;
    }

    /// <summary>What this side has drawn for the session.</summary>
    public uint LocalId => _session.LocalId;

    public PacketStreamState State { get; private set; }

    public string? Failure { get; private set; }

    public TransportError FailureKind { get; private set; }

    public int MaxPacketBytes { get; }

    public PacketStreamCounters Counters => new(_sent, _received, _retransmitted, _duplicates, _bad, _payloadSent, _payloadReceived);

    public bool HasUnread => _receiving.HasUnread;

    public bool IsReadingCompleted => _receiving.IsReadingCompleted;

    /// <summary>The side of a listener that has agreed upon a session already, see <see cref="HandshakeCookie"/>: the packet that said so is to be handed to it.</summary>
    public static ReliableStream Accepted(in ReliableSession session, IReliableFormat format, ReliableOptions options, MemoryPool<byte> memory, TimeSpan now)
    {
        ReliableStream stream = new(ReliableRole.Accept, format, options, memory, session);
        stream.Open(now);
        stream._ackAt = now;
        return stream;
    }

    public int Write(ReadOnlySpan<byte> bytes)
    {
        if (State != PacketStreamState.Open || _sending.HasEnd || bytes.IsEmpty)
        {
            return 0;
        }

        try
        {
            // As many may wait as are on their way: that is what the wire takes in one round trip. Where all has arrived, as many as may go now, so that they go in one train.
            long mayGo = Math.Min(_congestion?.Packets ?? 0, _edge - _sending.Next);
            int taken = _sending.Write(bytes, _size.Payload, (int)Math.Max(_options.MaxUnsent, Math.Max(_sending.InFlight, mayGo)));
            _payloadSent += taken;
            return taken;
        }
        catch (QuotaExceededException)
        {
            // Who waits for acknowledgements will be asked again.
            if (_sending.First == _sending.Tail)
            {
                Abort("there is no memory for what is to be sent");
            }

            return 0;
        }
    }

    public void CompleteWriting()
    {
        if (State == PacketStreamState.Open && !_sending.HasEnd)
        {
            _sending.End();
        }
    }

    public int Read(Span<byte> destination)
    {
        long edge = _receiving.Edge;
        int read = _receiving.Read(destination);
        if (_receiving.Edge != edge && State == PacketStreamState.Open && !_receiving.HasEnded)
        {
            AnnounceRoom();
        }

        return read;
    }

    public void Abort(string reason, TransportError kind = TransportError.Other)
    {
        if (State is PacketStreamState.Connecting or PacketStreamState.Open)
        {
            _owesReset = State == PacketStreamState.Open;
            Fail(kind, reason);
        }
    }

    public void Dispose()
    {
        if (State is not PacketStreamState.Ended)
        {
            Fail(Failure is null ? TransportError.Other : FailureKind, Failure ?? "it was closed");
        }

        _sending.Dispose();
        _receiving.Dispose();
        _buffers.Dispose();
    }

    /// <summary>The peer, who may be waiting for room, is told where that is worth a packet.</summary>
    private void AnnounceRoom()
    {
        if ((_receiving.Edge - _edgeSaid) * 4 >= _receiveWindow)
        {
            _ackAt = TimeSpan.Zero;
        }
    }

    private void Fail(TransportError kind, string reason)
    {
        State = PacketStreamState.Failed;
        (FailureKind, Failure) = (kind, reason);
    }

    /// <summary>A peer that has all our bytes and has ended itself may be gone before we hear so.</summary>
    private void FailOrEnd(TransportError kind, string reason)
    {
        if (_sending.HasEnd && _sending.IsDataAcknowledged && _receiving.HasEnded)
        {
            State = PacketStreamState.Ended;
            return;
        }

        Fail(kind, reason);
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
