using System.IO.Ports;

namespace Umbra.Transports.Serial;

/// <summary>
/// One serial line, open, and ours alone until it is disposed. Bytes come as the line gives them, noise included. One reader and one writer at a time.
/// </summary>
internal sealed class SerialLine : IAsyncDisposable
{
    /// <summary>Timers are no finer than this.</summary>
    private static readonly TimeSpan LeastAhead = TimeSpan.FromMilliseconds(5);

    /// <summary>For the other end to take what is written, beyond the time that it is on its way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);
    private readonly string _path;
    private readonly LineLock? _lock;
    private readonly SerialPort _port;
    private readonly Stream _stream;
    private readonly int _bytesPerSecond;
    private readonly LinePacer? _pacer;
    private readonly TimeProvider _time;
    private readonly CancellationToken _closing;
    private readonly CancellationTokenSource _gone;
    private readonly ITimer? _watch;

    private SerialLine(string path, LineLock? held, SerialPort port, SerialSettings settings, int frameBytes, TimeProvider time, CancellationToken closing)
    {
        _path = path;
        _lock = held;
        _port = port;
        _stream = port.BaseStream;
        _time = time;
        _bytesPerSecond = settings.BytesPerSecond;
        TimeSpan ahead = TimeOf(frameBytes);
        _pacer = settings.IsPaced ? new LinePacer(time, _bytesPerSecond, ahead > LeastAhead ? ahead : LeastAhead) : null;
        _closing = closing;
        _gone = CancellationTokenSource.CreateLinkedTokenSource(closing);
        _watch = held is null ? null : time.CreateTimer(_ => Watch(held), null, WatchInterval, WatchInterval);
    }

    /// <param name="frameBytes">Of the largest frame: about two are in the kernel at most.</param>
    /// <param name="closing">Ends reading and writing.</param>
    /// <exception cref="TransportException">It is not there, not ours, in use, or no serial line; the message says what to do.</exception>
    public static SerialLine Open(string path, SerialSettings settings, int frameBytes, TimeProvider time, CancellationToken closing)
    {
        LineLock? held = LineLock.Take(path);
        SerialPort port = new(path, settings.Baud, settings.Parity, dataBits: 8, settings.StopBits)
        {
            Handshake = settings.Flow switch
            {
                FlowControl.Rts => Handshake.RequestToSend,
                FlowControl.Xon => Handshake.XOnXOff,
                _ => Handshake.None,
            },
        };
        try
        {
            port.Open();
            RaiseModemLines(port, settings);
            return new SerialLine(path, held, port, settings, frameBytes, time, closing);
        }
        catch (Exception e)
        {
            port.Dispose();
            held?.Dispose();
            if (e is UnauthorizedAccessException or ArgumentException or InvalidOperationException or IOException)
            {
                throw new TransportException(TransportError.Unreachable, $"cannot use {path} as a serial line: {e.Message}", e);
            }

            throw;
        }
    }

    /// <returns>How many bytes came; at least 1.</returns>
    /// <exception cref="TransportException">The device has gone.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            ThrowIfGone();

            // Where the device has gone, the stream does not always hear of its token either.
            int count = await _stream.ReadAsync(buffer, _gone.Token).AsTask().WaitAsync(_gone.Token);
            return count > 0 ? count : throw new IOException("the end");
        }
        catch (Exception e) when (IsGone(e))
        {
            // Who writes may not hear of it.
            await _gone.CancelAsync();
            throw Gone(e);
        }
    }

    /// <summary>Writes all of it, as soon as the line has room. What the other end's flow control does not take for seconds is lost.</summary>
    /// <exception cref="TransportException">The device has gone.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        using CancellationTokenSource limit = new(Patience + TimeOf(2 * bytes.Length), _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token, limit.Token);
        try
        {
            if (_pacer is not null)
            {
                await _pacer.WaitAsync(either.Token);
            }

            ThrowIfGone();
            await _stream.WriteAsync(bytes, either.Token).AsTask().WaitAsync(either.Token);
            _pacer?.Add(bytes.Length);
        }
        catch (OperationCanceledException) when (!_gone.IsCancellationRequested)
        {
        }
        catch (Exception e) when (IsGone(e))
        {
            throw Gone(e);
        }
    }

    /// <summary>To be called when reading and writing have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        // A device that has gone may keep who closes it waiting.
        await Task.WhenAny(Task.Run(_port.Dispose), Task.Delay(Patience, _time));
        _lock?.Dispose();
        _gone.Dispose();
    }

    private void Watch(LineLock held)
    {
        if (held.HasHungUp)
        {
            _ = _gone.CancelAsync();
        }
    }

    /// <summary>Asked before each step: what the stream of a device that has gone is given to write it keeps for ever, and whoever closes it waits for that.</summary>
    private void ThrowIfGone()
    {
        if (_lock?.HasHungUp == true)
        {
            throw new IOException("it hung up");
        }
    }

    /// <summary>Says that we are here. A modem would hang up without, and a peer with hardware flow control would wait for ever.</summary>
    private static void RaiseModemLines(SerialPort port, SerialSettings settings)
    {
        try
        {
            port.DtrEnable = true;
            if (settings.Flow != FlowControl.Rts)
            {
                port.RtsEnable = true;
            }
        }
        catch (IOException)
        {
            // A pseudo-terminal has none.
        }
    }

    private TimeSpan TimeOf(int bytes) => TimeSpan.FromSeconds((double)bytes / _bytesPerSecond);

    /// <summary>Whatever a device throws that goes; not where it is we who close.</summary>
    private bool IsGone(Exception e) => e is IOException or ObjectDisposedException or InvalidOperationException or UnauthorizedAccessException
        || (e is OperationCanceledException && !_closing.IsCancellationRequested);

    private TransportException Gone(Exception? inner) => new(TransportError.Reset, $"the serial device {_path} has gone", inner);
}
