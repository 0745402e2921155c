using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Transports.Lanes;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;

namespace Umbra.Transports.Serial;

/// <summary>Which end begins the connection, and when one makes room for another.</summary>
internal sealed partial class SharedLine
{
    /// <summary>For a connection that is being closed. One that goes on longer is in use.</summary>
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(3);

    /// <summary>For the other end to ask once more, who does so each second.</summary>
    private static readonly TimeSpan GiveWayTime = TimeSpan.FromSeconds(2.5);

    /// <summary>Who goes on asking, and answers nobody, does not listen.</summary>
    private const int RequestsOfOneWhoOnlyAsks = 3;

    /// <summary>For the other end to hear of what a listener's connection said last.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    /// <summary>What waits before the line and behind it is old when it arrives: a quarter of a second of it.</summary>
    private const int BuffersPerSecond = 4;
    private const int MinBuffered = 4096;
    private const int MaxBuffered = 32 * 1024;

    private readonly Lock _gate = new();
    private SerialListener? _listener;
    private volatile LineCall? _call;
    private Task _answering = Task.CompletedTask;
    private bool _isEnding;

    /// <summary>Completes when the connection of this moment is over; at once where there is none.</summary>
    public Task CallCompletion => _call?.Carrier.Completion ?? Task.CompletedTask;

    private int Buffered => _settings.IsPaced ? Math.Clamp(_settings.BytesPerSecond / BuffersPerSecond, MinBuffered, MaxBuffered) : MaxBuffered;

    /// <exception cref="TransportException">Somebody listens on it.</exception>
    public void Listen(SerialListener listener)
    {
        if (Interlocked.CompareExchange(ref _listener, listener, null) is not null)
        {
            throw new TransportException(TransportError.InUse, $"somebody listens on {Path} already");
        }
    }

    public void StopListening(SerialListener listener) => Interlocked.CompareExchange(ref _listener, null, listener);

    /// <summary>Ends a listener's connection: its memory is not to be used any more.</summary>
    public async Task EndCallOfAsync(SerialListener listener)
    {
        if (_call is { } call && call.Listener == listener)
        {
            await Task.WhenAny(call.Carrier.Completion, Task.Delay(ClosePatience, _context.Time));
            call.Carrier.Abort("the listener was closed");
            await call.Carrier.Completion;
        }
    }

    /// <summary>Asks the other end for a connection until it answers, or the caller has enough.</summary>
    /// <exception cref="TransportException">The line has a connection.</exception>
    public async ValueTask<LaneStream> ConnectAsync(SerialEndPoint endPoint, CancellationToken cancellationToken)
    {
        while (true)
        {
            (LineCall call, LaneStream stream) = await BeginAsync(endPoint, cancellationToken);
            call.Carrier.Pump();
            try
            {
                await call.Carrier.Opened.WaitAsync(cancellationToken);
                return stream;
            }
            catch (Exception exception) when (exception is TransportException or OperationCanceledException)
            {
                await stream.DisposeAsync();
                call.Carrier.Abort("nobody waits for an answer any more");
                await call.Carrier.Completion;
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (call.HasGivenWay)
            {
                await Task.Delay(GiveWayTime, _context.Time, cancellationToken);
            }
        }
    }

    /// <summary>Waits for the line to be free, and takes it.</summary>
    private async ValueTask<(LineCall Call, LaneStream Stream)> BeginAsync(SerialEndPoint endPoint, CancellationToken cancellationToken)
    {
        long since = _context.Time.GetTimestamp();
        while (true)
        {
            Task before;
            lock (_gate)
            {
                if (_isEnding)
                {
                    throw new TransportException(TransportError.Reset, $"{endPoint}: the line was closed");
                }

                if (_call is null)
                {
                    ReliableStream packets = new(ReliableRole.Connect, CompactFormat.Instance, _packetOptions, _context.Memory);
                    LineCall call = new(endPoint.Role, packets.LocalId, listener: null);
                    (call.Carrier, LaneStream stream) = PacketCarrier.Connect(
                        packets, this, Buffered, _context.Memory, _context.Time, _context.Counters, () => End(call));
                    _call = call;
                    return (call, stream);
                }

                before = _call.Carrier.Completion;
            }

            TimeSpan patience = BusyPatience - _context.Time.GetElapsedTime(since);
            if (patience <= TimeSpan.Zero || await Task.WhenAny(before, Task.Delay(patience, _context.Time, cancellationToken)) != before)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new TransportException(TransportError.InUse, $"{endPoint}: a line carries one connection at a time, and this one has one");
            }
        }
    }

    private void Dispatch(ReadOnlySpan<byte> packet)
    {
        LineCall? call = _call;
        bool isPacket = CompactFormat.Instance.TryRead(packet, out ReliablePacket header, out _);
        bool isRequest = isPacket && header.Type == ReliableType.Syn;
        if (call is not null && (!isRequest || (call.Role == LineRole.Listen && call.Id == header.Source)))
        {
            call.Carrier.Receive(packet);
        }
        else if (!isRequest)
        {
            _context.Counters.AddDropped(1);
            AnswerStray(isPacket, header);
        }
        else if (call is null)
        {
            Accept(header.Source, packet);
        }
        else if (call.Role != LineRole.Listen && !call.Carrier.Opened.IsCompleted)
        {
            GiveWayOrNot(call, header.Source);
        }
        else
        {
            // Its next request, a second later, finds the line free.
            call.Carrier.Abort("the other end of the line has started anew");
        }
    }

    /// <summary>The other end is in a connection that there is not, as this node was started anew. Told so, it need not wait in vain.</summary>
    private void AnswerStray(bool isPacket, in ReliablePacket packet)
    {
        if (isPacket && packet.HasIds && packet.Type != ReliableType.Reset && _answering.IsCompleted)
        {
            byte[] answer = new byte[CompactFormat.Instance.Overhead];
            int length = ReliableReset.Write(CompactFormat.Instance, packet, answer);
            _answering = AnswerAsync(answer.AsMemory(0, length));
        }
    }

    private async Task AnswerAsync(ReadOnlyMemory<byte> answer)
    {
        try
        {
            await SendAsync(answer, answer.Length);
        }
        catch (IOException)
        {
            // The line was closed meanwhile.
        }
    }

    /// <summary>Both ends ask at once. Who drew the lower number answers, where it listens; who does not listen cannot.</summary>
    private void GiveWayOrNot(LineCall call, uint peerId)
    {
        call.PeerRequests++;
        bool canAnswer = _listener is not null && call.Role != LineRole.Connect;
        if (canAnswer && (_listener?.Role == LineRole.Listen || call.Id < peerId || call.PeerRequests >= RequestsOfOneWhoOnlyAsks))
        {
            call.HasGivenWay = true;
            call.Carrier.Abort("the other end of the line asks as well");
        }
    }

    private void Accept(uint id, ReadOnlySpan<byte> packet)
    {
        lock (_gate)
        {
            if (_listener is not { } listener || _call is not null || _isEnding)
            {
                return;
            }

            try
            {
                LineCall call = new(LineRole.Listen, id, listener);
                ReliableStream packets = new(ReliableRole.Accept, CompactFormat.Instance, _packetOptions, listener.Memory);
                (call.Carrier, LaneConnection connection) = PacketCarrier.Accept(
                    packets, this, listener.EndPoint, null, Buffered, listener.Memory, _context.Time, _context.Counters, () => End(call));
                _call = call;
                call.Carrier.Receive(packet);
                if (!listener.TryOffer(connection))
                {
                    call.Carrier.Abort("nobody takes the connection");
                    _ = connection.DisposeAsync().AsTask();
                }
            }
            catch (QuotaExceededException exception)
            {
                _logger.LogWarning("{Path}: no memory for a connection: {Reason}", Path, exception.Message);
            }
        }
    }

    private void End(LineCall call)
    {
        lock (_gate)
        {
            _call = _call == call ? null : _call;
        }
    }

    /// <summary>Ends the connection, and takes none any more.</summary>
    private async Task EndCallsAsync()
    {
        LineCall? call;
        lock (_gate)
        {
            _isEnding = true;
            call = _call;
        }

        if (call is not null)
        {
            call.Carrier.Abort("the line was closed");
            await call.Carrier.Completion;
        }
    }
}
