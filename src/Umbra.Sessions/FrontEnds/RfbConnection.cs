using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Transports;
using Umbra.Transports.Drivers;
using Umbra.Transports.Listening;
using Umbra.Transports.Sockets;

namespace Umbra.Sessions.FrontEnds;

/// <summary>
/// One RFB viewer, from accept to close: handshake, then two loops. The read loop turns messages into wishes; the write loop sends at most one
/// update per wish, and nothing while the viewer does not take what it was sent. What it costs is its dirty set, one update in flight and bounded pipes.
/// </summary>
public sealed partial class RfbConnection : IViewerFrontEnd
{
    /// <summary>Most memory of its own: the largest cursor there is and a copy of it, beside messages and TLS.</summary>
    private const long MaxBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(30);

    private readonly ConnectionContext _connection;
    private readonly RfbAccess _access;
    private readonly Session _session;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Account _account;
    private readonly CancellationTokenSource _closing;
    private readonly SocketWriter? _direct;
    private readonly WorkLane? _lane;
    private IDuplexPipe _pipe;
    private SessionViewer _viewer = null!;
    private InputSeat _seat = null!;
    private volatile string? _evictedFor;
    private bool _isToldWhy;

    private RfbConnection(ConnectionContext connection, RfbAccess access, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _access = access;
        _session = access.Session;
        _time = time;
        _logger = logger;
        _memory = new MemoryWait(time, isEndless: access.IsOwner);
        _account = _session.Account.Open($"viewer {connection.ConnectionId}", MaxBytes, mustSucceed: access.IsOwner);
        _lane = _session.LaneFor(access.IsOwner);
        _pipe = OpenPipe(connection, _session.Pool.AsMemoryPool(BufferTag.RfbViewer, _account), _lane);
        _direct = _pipe.Output as SocketWriter;
        _closing = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, access.Ended);
        _resizeTimer = time.CreateTimer(_ => GiveUpResizing(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Serves one connection; returns when it is over. Never throws for what the peer does.</summary>
    public static async Task RunAsync(ConnectionContext connection, RfbAccess access, TimeProvider time, ILogger logger)
    {
        RfbConnection rfb = new(connection, access, time, logger);
        string reason = "left";
        try
        {
            await rfb.ServeAsync();
        }
        catch (ProtocolException exception)
        {
            reason = exception.Message;
        }
        catch (QuotaExceededException exception)
        {
            reason = exception.Message;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            reason = rfb._evictedFor ?? (access.Ended.IsCancellationRequested ? "the access ended" : exception.Message);
        }
        finally
        {
            await rfb._resizeTimer.DisposeAsync();
            rfb._closing.Dispose();

            // Not the connection's, so nobody else does; what was not flushed goes back.
            rfb._direct?.Complete();
            rfb._account.CloseAndTell($"rfb viewer {access.Who}", logger);
        }

        logger.LogInformation("rfb viewer {Viewer} of session {Session} closed: {Reason}", access.Who, access.Session.Name, reason);
    }

    bool IViewerFrontEnd.IsLink => false;

    long IViewerFrontEnd.HeldBytes
    {
        get
        {
            lock (_gate)
            {
                // What was written and not answered is out of the node's hands, but for what may still be in the pipe.
                return _account.Bytes + _inFlight.Sum(sending => Math.Max(sending.Held, Math.Min(sending.Bytes, PipeBytes)));
            }
        }
    }

    void IViewerFrontEnd.Evict(string reason)
    {
        _evictedFor = reason;
        _viewer?.Wake();
        Farewell.CutAfter(_closing);
    }

    /// <summary>
    /// Where the connection is a socket and nothing else, what is written goes straight to it, and pictures are sent from where they are: through the connection's own
    /// pipe each would be copied for each viewer. From the first byte on, so that nothing is on its way in the pipe.
    /// </summary>
    private static IDuplexPipe OpenPipe(ConnectionContext connection, MemoryPool<byte> memory, WorkLane? lane) =>
        connection.Features.Get<IConnectionSocketFeature>() is { } feature
            ? new DuplexPipe(connection.Transport.Input, new SocketWriter(
                feature.Socket, memory, () => connection.Abort(new ConnectionAbortedException("it was given up while something was being sent")), lane,
                connection.Features.Get<DriverCounters>()))
            : connection.Transport;

    private async Task ServeAsync()
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        timeout.CancelAfter(HandshakeTimeout);
        await using RfbHandshake handshake = new(_pipe, _access, _session.Pool, _account, timeout.Token);
        _pipe = await handshake.RunAsync();
        timeout.CancelAfter(Timeout.InfiniteTimeSpan);
        _connection.Features.Get<GateEntry>()?.MarkAuthenticated();
        await RunSessionAsync();
    }

    private async Task RunSessionAsync()
    {
        using InputSeat seat = _seat = _access.OpenSeat();
        _viewer = _session.Join(new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx, -1, 0), _access.Who, _access.IsOwner, frontEnd: this);
        try
        {
            await _session.CatchUpAsync(_viewer, _closing.Token);
            _viewer.Picture.AcceptSize(out _size);
            _sent = _session.ControlVersions with { Cursor = 0, Leds = 0 };
            new ServerInit(_size, PixelFormat.Bgrx, _session.Title).Write(_pipe.Output);
            await _pipe.Output.FlushAsync(_closing.Token);

            Task reading = ReadMessagesAsync();
            Task writing = WriteUpdatesAsync();
            try
            {
                await await Task.WhenAny(reading, writing);
            }
            finally
            {
                await StopAsync(reading, writing);
            }
        }
        finally
        {
            _viewer.Dispose();
            DisposeWriter();
        }
    }

    /// <summary>Whichever loop ended first, the other must not outlive it.</summary>
    private async Task StopAsync(Task reading, Task writing)
    {
        await _closing.CancelAsync();
        _pipe.Input.CancelPendingRead();
        _pipe.Output.CancelPendingFlush();
        if (!_isToldWhy)
        {
            _connection.Abort();
        }

        await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadMessagesAsync()
    {
        await Task.Yield();
        ClientMessageReader messages = new(_session.Pool, _account);
        while (true)
        {
            ReadResult result = await _pipe.Input.ReadAsync(_closing.Token);
            bool isMidMessage = Parse(messages, result.Buffer);
            if (result.IsCompleted)
            {
                if (isMidMessage)
                {
                    throw new ProtocolException("the viewer left in the middle of a message");
                }

                return;
            }

            _closing.Token.ThrowIfCancellationRequested();
        }
    }

    private bool Parse(ClientMessageReader messages, in ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        while (TryReadMessage(messages, ref reader))
        {
        }

        _pipe.Input.AdvanceTo(reader.Position, buffer.End);
        return reader.Remaining > 0;
    }

    /// <summary>
    /// A fence with SyncNext and the message after it are one for the writing loop: the answer to the fence goes out between what was made before the
    /// message and what was made after it (rfbproto, ClientFence).
    /// </summary>
    private bool TryReadMessage(ClientMessageReader messages, ref SequenceReader<byte> reader)
    {
        if (_fenceOverNext is not { } fence)
        {
            return messages.TryRead(ref reader, this);
        }

        lock (_gate)
        {
            _fenceOverNext = null;
            bool isRead = messages.TryRead(ref reader, this);
            if (isRead)
            {
                Answer(fence);
            }
            else
            {
                _fenceOverNext = fence;
            }

            return isRead;
        }
    }
}
