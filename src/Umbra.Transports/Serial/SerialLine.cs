using System.IO.Ports;
using Microsoft.Win32.SafeHandles;

namespace Umbra.Transports.Serial;

/// <summary>
/// One serial line, open, and ours alone until it is disposed. Bytes come as the line gives them, noise included. One reader and one writer at a time; somebody must
/// always read, for that is how one learns that the device has gone.
/// </summary>
internal sealed class SerialLine : IDisposable
{
    /// <summary>Timers are no finer than this.</summary>
    private static readonly TimeSpan LeastAhead = TimeSpan.FromMilliseconds(5);
    private readonly string _path;
    private readonly SafeFileHandle? _lock;
    private readonly SerialPort _port;
    private readonly Stream _stream;
    private readonly LinePacer? _pacer;
    private readonly CancellationTokenSource _gone = new();

    private SerialLine(string path, SafeFileHandle? held, SerialPort port, LinePacer? pacer)
    {
        _path = path;
        _lock = held;
        _port = port;
        _stream = port.BaseStream;
        _pacer = pacer;
    }

    /// <param name="frameBytes">Of the largest frame: about two are in the kernel at most.</param>
    /// <exception cref="IOException">It is not there, not ours, in use, or no serial line; the message says what to do.</exception>
    public static SerialLine Open(string path, SerialSettings settings, int frameBytes, TimeProvider time)
    {
        SafeFileHandle? held = LineLock.Take(path);
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
            TimeSpan ahead = TimeSpan.FromSeconds((double)frameBytes / settings.BytesPerSecond);
            LinePacer? pacer = settings.IsPaced ? new LinePacer(time, settings.BytesPerSecond, ahead > LeastAhead ? ahead : LeastAhead) : null;
            return new SerialLine(path, held, port, pacer);
        }
        catch (Exception e)
        {
            port.Dispose();
            held?.Dispose();
            if (e is UnauthorizedAccessException or ArgumentException or InvalidOperationException or IOException)
            {
                throw new IOException($"cannot use {path} as a serial line: {e.Message}", e);
            }

            throw;
        }
    }

    /// <returns>How many bytes came; at least 1.</returns>
    /// <exception cref="IOException">The device has gone; whoever writes is woken.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            int count = await _stream.ReadAsync(buffer, cancellationToken);
            if (count > 0)
            {
                return count;
            }
        }
        catch (Exception e) when (IsGone(e, cancellationToken))
        {
            await _gone.CancelAsync();
            throw Gone(e);
        }

        await _gone.CancelAsync();
        throw Gone(null);
    }

    /// <summary>Writes all of it, as soon as the line has room.</summary>
    /// <exception cref="IOException">The device has gone.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // A write that has begun when the device goes may never come back by itself.
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _gone.Token);
        try
        {
            if (_pacer is not null)
            {
                await _pacer.WaitAsync(either.Token);
            }

            await _stream.WriteAsync(bytes, either.Token);
            _pacer?.Add(bytes.Length);
        }
        catch (Exception e) when (IsGone(e, cancellationToken))
        {
            throw Gone(e);
        }
    }

    public void Dispose()
    {
        _gone.Cancel();
        _port.Dispose();
        _lock?.Dispose();
        _gone.Dispose();
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

    private static bool IsGone(Exception e, CancellationToken cancellationToken) =>
        e is IOException or ObjectDisposedException or InvalidOperationException or UnauthorizedAccessException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private IOException Gone(Exception? inner) => new($"the serial device {_path} has gone", inner);
}
