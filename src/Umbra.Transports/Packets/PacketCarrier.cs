using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;
using Umbra.Transports.Lanes;

namespace Umbra.Transports.Packets;

/// <summary>
/// Runs an <see cref="IPacketStream"/> between the user of a connection, who has one side of a lane, and a wire. Whatever happens (a packet came, the user wrote or read,
/// time passed) ends in <see cref="Pump"/>, which is done by whoever calls it, by one at a time: it hands over what has arrived, takes what the user wrote, and sends what is due.
/// Owns the stream, and disposes it when both sides have ended; the memory of all is given back then.
/// </summary>
internal sealed class PacketCarrier
{
    /// <summary>For what the user wrote to arrive after it has closed the connection.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);

    /// <summary>The same where the peer goes on sending what nobody reads any more.</summary>
    private static readonly TimeSpan UnreadLinger = TimeSpan.FromSeconds(1);

    private const int ReadSize = 4096;

    private readonly IPacketStream _stream;
    private readonly IPacketWire _wire;
    private readonly Lane _lane;
    private readonly LaneReader _fromUser;
    private readonly LaneWriter _toUser;
    private readonly LaneReader _user;
    private readonly MemoryPool<byte> _memory;
    private readonly TimeProvider _time;
    private readonly DriverCounters _counters;
    private readonly Action _over;
    private readonly long _start;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Task _flushing = Task.CompletedTask;
    private PacketStreamCounters _counted;
    private TimeSpan _lingerUntil = TimeSpan.MaxValue;
    private bool _isPumping;
    private bool _isPumpWanted;
    private bool _isOver;

    // Of the pump alone, or of a read or flush that it waits for.
    private volatile bool _hasUserEnded;
    private volatile bool _hasUserStoppedReading;
    private bool _isToUserCompleted;
    private bool _hasUnread;

    /// <summary>There is no wire, or no memory to say anything with: nothing more is waited for.</summary>
    private bool _isCut;

    private PacketCarrier(
        IPacketStream stream, IPacketWire wire, Lane lane, (LaneReader Reader, LaneWriter Writer) side, LaneReader user, MemoryPool<byte> memory, TimeProvider time, DriverCounters counters, Action over)
    {
        _stream = stream;
        _wire = wire;
        _lane = lane;
        (_fromUser, _toUser) = side;
        _user = user;
        _memory = memory;
        _time = time;
        _counters = counters;
        _over = over;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((PacketCarrier)state!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Completes when the peer has answered; fails with a <see cref="TransportException"/> where it does not.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Completes when everything is over and all memory has been given back. Never fails.</summary>
    public Task Completion => _completed.Task;

    /// <summary>Time of the stream.</summary>
    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>The connecting side. Call <see cref="Pump"/> to begin, and wait until it is <see cref="Opened"/> before the stream is given away.</summary>
    /// <param name="maxBuffered">Bytes that wait between the user and the packets' stream, in each direction.</param>
    /// <param name="memory">For the lane, and for packets on their way to the wire.</param>
    /// <param name="over">Called once, when it is over; not under a lock.</param>
    public static (PacketCarrier Carrier, LaneStream Stream) Connect(
        IPacketStream stream, IPacketWire wire, int maxBuffered, MemoryPool<byte> memory, TimeProvider time, DriverCounters counters, Action over)
    {
        Lane lane = new(memory, maxBuffered, server: PipeScheduler.Inline);
        PacketCarrier carrier = new(stream, wire, lane, lane.Server, lane.Client.Reader, memory, time, counters, over);
        return (carrier, new LaneStream(lane, carrier.Pump));
    }

    /// <summary>The listening side. Call <see cref="Pump"/> to begin.</summary>
    /// <inheritdoc cref="Connect"/>
    public static (PacketCarrier Carrier, LaneConnection Connection) Accept(
        IPacketStream stream, IPacketWire wire, System.Net.EndPoint local, System.Net.EndPoint? remote, int maxBuffered, MemoryPool<byte> memory, TimeProvider time,
        DriverCounters counters, Action over)
    {
        Lane lane = new(memory, maxBuffered, client: PipeScheduler.Inline);
        LaneConnection connection = new(lane, local, remote, memory);
        PacketCarrier carrier = new(stream, wire, lane, lane.Client, lane.Server.Reader, memory, time, counters, () =>
        {
            connection.PeerClosed();
            over();
        });
        connection.Ended = carrier.Pump;
        return (carrier, connection);
    }

    /// <summary>A packet has come. To be followed by <see cref="Pump"/>, once for all packets that came together.</summary>
    public void Receive(ReadOnlySpan<byte> packet)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _stream.Receive(packet, Now);
            }
        }
    }

    /// <summary>Ends the connection now; both sides are told, the peer where the protocol has a word for it.</summary>
    public void Abort(string reason)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _stream.Abort(reason);
            }
        }

        Pump();
    }

    /// <summary>Does what there is to do. From any thread; does not wait, and does not throw.</summary>
    public void Pump()
    {
        lock (_gate)
        {
            _isPumpWanted = true;
            if (_isPumping || _isOver)
            {
                return;
            }

            _isPumping = true;
        }

        _ = PumpAsync();
    }

    private async Task PumpAsync()
    {
        while (StartRound())
        {
            try
            {
                HandOver();
                TakeFromUser();
                await SendDueAsync();
            }
            catch (Exception exception) when (exception is IOException or QuotaExceededException)
            {
                lock (_gate)
                {
                    _stream.Abort(exception.Message, TransportException.KindOf(exception));
                    _isCut = true;
                }
            }

            if (NoteState())
            {
                await EndAsync();
                return;
            }
        }
    }

    /// <returns>False where there is nothing to do: the pump has ended, and the timer is set.</returns>
    private bool StartRound()
    {
        lock (_gate)
        {
            if (_isPumpWanted)
            {
                _isPumpWanted = false;
                return true;
            }

            TimeSpan due = _stream.NextDue < _lingerUntil ? _stream.NextDue : _lingerUntil;
            if (due != TimeSpan.MaxValue)
            {
                // A timer counts milliseconds, and would leave out what is beyond a whole one.
                _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - Now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
            }
            else
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            _isPumping = false;
            return false;
        }
    }

    /// <summary>To the user, what has arrived; while it does not take that, nothing: the stream's window closes.</summary>
    private void HandOver()
    {
        _hasUserStoppedReading |= _user.IsCompleted;
        while (_flushing.IsCompleted && !_isToUserCompleted)
        {
            int count = 0;
            bool isEnd;
            lock (_gate)
            {
                while (_stream.HasUnread && count < 4 * ReadSize)
                {
                    int read = _stream.Read(_toUser.GetSpan(ReadSize));
                    _toUser.Advance(_hasUserStoppedReading ? 0 : read);
                    count += read;
                }

                isEnd = _stream.IsReadingCompleted;
            }

            _hasUnread |= count > 0 && _hasUserStoppedReading && _hasUserEnded;
            if (count > 0 && !_hasUserStoppedReading)
            {
                _flushing = FlushAsync();
                PumpAfter(_flushing);
            }

            if (count == 0 && isEnd && _flushing.IsCompleted)
            {
                _isToUserCompleted = true;
                _toUser.Complete();
            }

            if (count == 0)
            {
                return;
            }
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            _hasUserStoppedReading |= (await _toUser.FlushAsync()).IsCompleted;
        }
        catch (ConnectionResetException)
        {
            // The lane is broken; the reading side, which always listens, hears of it as well.
            _hasUserStoppedReading = true;
        }
    }

    private void PumpAfter(Task first)
    {
        if (!first.IsCompleted)
        {
            _ = WaitAsync();
        }

        async Task WaitAsync()
        {
            await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Pump();
        }
    }

    /// <summary>From the user, as much as the stream's window allows.</summary>
    private void TakeFromUser()
    {
        while (_reading.IsCompleted && !_hasUserEnded)
        {
            try
            {
                if (_fromUser.TryRead(out ReadResult result))
                {
                    if (!Take(result))
                    {
                        return;
                    }
                }
                else
                {
                    _reading = WaitForUserAsync();
                    PumpAfter(_reading);
                }
            }
            catch (ConnectionResetException exception)
            {
                End(exception);
            }
        }
    }

    /// <returns>False where the stream has no room for all of it.</returns>
    private bool Take(ReadResult result)
    {
        ReadOnlySequence<byte> left = result.Buffer;
        lock (_gate)
        {
            while (left.Length > 0 && _stream.Write(left.FirstSpan) is int written and > 0)
            {
                left = left.Slice(written);
            }

            if (left.Length == 0 && result.IsCompleted)
            {
                _hasUserEnded = true;
                _stream.CompleteWriting();
            }
        }

        _fromUser.AdvanceTo(left.Start, left.Length == 0 ? left.End : left.Start);
        return left.Length == 0;
    }

    private async Task WaitForUserAsync()
    {
        try
        {
            ReadResult result = await _fromUser.ReadAsync();
            _fromUser.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
        }
        catch (ConnectionResetException exception)
        {
            End(exception);
        }
    }

    private void End(ConnectionResetException exception)
    {
        _hasUserEnded = true;
        _hasUserStoppedReading = true;
        lock (_gate)
        {
            if (!_isOver)
            {
                _stream.Abort(exception.Message);
            }
        }
    }

    private async ValueTask SendDueAsync()
    {
        int size;
        lock (_gate)
        {
            if (_stream.NextDue > Now)
            {
                return;
            }

            size = _stream.MaxPacketBytes;
        }

        using IMemoryOwner<byte> packets = _memory.Rent(size * (_wire.MaxTrain + 1));
        int held = 0;
        while (true)
        {
            (int train, int packetBytes, int next) = Collect(packets.Memory.Span, size, held);
            if (train == 0)
            {
                return;
            }

            await _wire.SendAsync(packets.Memory[..train], packetBytes);
            packets.Memory.Slice(train, next).CopyTo(packets.Memory);
            held = next;

            // A slow wire took its time: what has arrived meanwhile does not wait, and what is urgent goes next.
            HandOver();
            TakeFromUser();
        }
    }

    /// <summary>Packets of one length, of which the last may be shorter.</summary>
    /// <param name="held">Bytes of a packet that is there already.</param>
    /// <returns>Bytes of the train, of each packet in it, and of one behind it that was too long to be part of it.</returns>
    private (int Train, int PacketBytes, int Next) Collect(Span<byte> packets, int size, int held)
    {
        int train = held;
        int first = held;
        lock (_gate)
        {
            for (int count = held == 0 ? 0 : 1; count < _wire.MaxTrain; count++)
            {
                int packet = _stream.Send(packets.Slice(train, size), Now);
                if (train > 0 && packet > first)
                {
                    return (train, first, packet);
                }

                first = train == 0 ? packet : first;
                train += packet;
                if (packet < first || packet == 0)
                {
                    break;
                }
            }
        }

        return (train, first, 0);
    }

    /// <returns>True where it is over.</returns>
    private bool NoteState()
    {
        lock (_gate)
        {
            PacketStreamCounters now = _stream.Counters;
            _counters.AddPackets(now.Sent - _counted.Sent);
            _counters.AddRetransmitted(now.Retransmitted - _counted.Retransmitted);
            _counters.AddDropped(now.Bad - _counted.Bad);
            _counted = now;

            if (_hasUserEnded && _lingerUntil == TimeSpan.MaxValue)
            {
                _lingerUntil = Now + Linger;
            }
            else if (_hasUnread && _lingerUntil - Now > UnreadLinger)
            {
                _lingerUntil = Now + UnreadLinger;
            }
            else if (Now >= _lingerUntil && !_user.IsCompleted)
            {
                // It has only ended writing.
                _lingerUntil = Now + Linger;
            }
            else if (Now >= _lingerUntil && _stream.State is PacketStreamState.Open or PacketStreamState.Connecting)
            {
                _stream.Abort("the peer did not take what was sent before the connection was closed");
                _isPumpWanted = true;
            }

            switch (_stream.State)
            {
                case PacketStreamState.Connecting:
                    return false;
                case PacketStreamState.Open:
                    _opened.TrySetResult();
                    return false;
                default:
                    // What says so to the peer is sent first; what has arrived goes to the user first.
                    _isOver = (_isCut || _stream.NextDue > Now) && (_stream.State == PacketStreamState.Failed || _isToUserCompleted || _hasUserStoppedReading);
                    return _isOver;
            }
        }
    }

    private async Task EndAsync()
    {
        string? failure = _stream.Failure;
        if (failure is not null)
        {
            _lane.Break(failure);
        }

        await Task.WhenAll(_reading, _flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _fromUser.Complete();
        if (!_isToUserCompleted)
        {
            _toUser.Complete();
        }

        await _timer.DisposeAsync();
        _stream.Dispose();
        _opened.TrySetException(new TransportException(failure is null ? TransportError.Reset : _stream.FailureKind, failure ?? "the connection was closed"));
        _ = _opened.Task.Exception;
        _over();
        _completed.SetResult();
    }
}
