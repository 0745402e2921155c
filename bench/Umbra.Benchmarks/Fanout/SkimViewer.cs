using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Pattern;

namespace Umbra.Benchmarks.Fanout;

/// <summary>
/// One of many viewers: asks as <see cref="StepViewer"/> does, reads the rectangles' heads and skips what is in them. Has no thread; all of them together share the one that waits for sockets.
/// </summary>
internal sealed class SkimViewer : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int SmallBuffer = 16 * 1024;
    private const int ManyRequests = 100;
    private const int SlowPiece = 1000;
    private static readonly TimeSpan SlowPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly TaskCompletionSource _hasPicture = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SkimPace _pace;
    private readonly int? _quality;
    private int _start;
    private int _end;
    private Size _size;
    private bool _isContinuous;
    private bool _isClosing;
    private long _updates;
    private long _screens;
    private long _rectangles;
    private long _pixels;
    private long _bytes;

    private SkimViewer(SkimPace pace, int? quality)
    {
        _pace = pace;
        _quality = quality;
    }

    /// <summary>Why it is not there any more; null while it is.</summary>
    public string? End { get; private set; }

    public SkimCount Count => new(
        Volatile.Read(ref _updates), Volatile.Read(ref _screens), Volatile.Read(ref _rectangles), Volatile.Read(ref _pixels), Volatile.Read(ref _bytes));

    /// <summary>Connects, and waits for the first picture where it is one that reads.</summary>
    /// <param name="quality">RFB quality level, 0 to 9; null: nothing may be lost.</param>
    /// <returns>Also where it was not let in: <see cref="End"/> says so.</returns>
    public static async Task<SkimViewer> StartAsync(EndPoint server, SkimPace pace, int? quality, TimeSpan patience)
    {
        SkimViewer viewer = new(pace, quality);
        try
        {
            if (pace != SkimPace.Full)
            {
                viewer._socket.ReceiveBufferSize = SmallBuffer;
            }

            await viewer._socket.ConnectAsync(server).WaitAsync(patience);
            _ = viewer.RunAsync();
            await viewer._hasPicture.Task.WaitAsync(patience);
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException or IOException)
        {
            viewer.End ??= exception.Message;
        }

        return viewer;
    }

    public void Dispose()
    {
        _isClosing = true;
        _socket.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await ShakeHandsAsync();
            if (_pace == SkimPace.Stuck)
            {
                for (int i = 0; i < ManyRequests; i++)
                {
                    Request(isIncremental: true);
                }

                _hasPicture.TrySetResult();
                return;
            }

            while (true)
            {
                await ReadMessageAsync();
            }
        }
        catch (Exception exception)
        {
            End ??= _isClosing ? null : exception.Message;
            _hasPicture.TrySetException(new IOException(exception.Message));
        }
    }

    /// <summary>RFC 6143 7.1, security type None.</summary>
    private async Task ShakeHandsAsync()
    {
        await TakeAsync(12);
        Send("RFB 003.008\n"u8);
        await TakeAsync((await TakeAsync(1)).Span[0]);
        Send([1]);
        if (BinaryPrimitives.ReadInt32BigEndian((await TakeAsync(4)).Span) != 0)
        {
            throw new IOException("refused");
        }

        Send([1]);
        Memory<byte> init = await TakeAsync(24);
        _size = new(BinaryPrimitives.ReadUInt16BigEndian(init.Span), BinaryPrimitives.ReadUInt16BigEndian(init.Span[2..]));
        await SkipAsync(BinaryPrimitives.ReadInt32BigEndian(init.Span[20..]));
        Send(output => new SetPixelFormat(PixelFormat.Bgrx).Write(output));
        Send(output => SetEncodings.Write(output, ViewerMessages.EncodingsFor(_quality)));
        Request(isIncremental: false);
    }

    private async ValueTask ReadMessageAsync()
    {
        byte type = (await TakeAsync(1)).Span[0];
        switch (type)
        {
            case 0:
                await ReadUpdateAsync();
                break;
            case 2:
                break;
            case 3:
                await SkipAsync(BinaryPrimitives.ReadInt32BigEndian((await TakeAsync(7)).Span[3..]));
                break;
            case 150:
                _isContinuous = true;
                Send(output => new EnableContinuousUpdates(true, _size.Bounds).Write(output));
                break;
            case 248:
                await AnswerFenceAsync();
                break;
            default:
                throw new InvalidDataException($"message {type}");
        }
    }

    private async ValueTask AnswerFenceAsync()
    {
        byte[] head = (await TakeAsync(ViewerMessages.FenceBytes)).ToArray();
        Memory<byte> payload = await TakeAsync(head[^1]);
        Send(ViewerMessages.AnswerFence(head, payload.Span));
    }

    private async ValueTask ReadUpdateAsync()
    {
        int count = BinaryPrimitives.ReadUInt16BigEndian((await TakeAsync(3)).Span[1..]);
        if (!_isContinuous)
        {
            Request(isIncremental: true);
        }

        bool hasStep = false;
        for (int i = 0; count == FramebufferUpdate.UntilLastRect || i < count; i++)
        {
            Memory<byte> wire = await TakeAsync(ViewerMessages.RectangleBytes);
            (RfbEncoding encoding, Rect rect) = ViewerMessages.ReadRectangle(wire.Span);
            if (encoding == RfbEncoding.LastRect)
            {
                break;
            }

            await SkipRectangleAsync(encoding, rect);
            _rectangles++;
            _pixels += (long)rect.Width * rect.Height;
            hasStep |= rect.X < PatternMarker.Width && rect.Y < PatternMarker.Height;
        }

        _updates++;
        _screens += hasStep ? 1 : 0;
        _hasPicture.TrySetResult();
    }

    private ValueTask SkipRectangleAsync(RfbEncoding encoding, Rect rect) => encoding switch
    {
        RfbEncoding.Raw => SkipAsync(4L * rect.Width * rect.Height),
        RfbEncoding.CopyRect => SkipAsync(4),
        RfbEncoding.Tight => SkipTightAsync(rect),
        _ => throw new InvalidDataException($"rectangle in encoding {(int)encoding}"),
    };

    /// <summary>rfbproto, Tight Encoding; pixels are three bytes.</summary>
    private async ValueTask SkipTightAsync(Rect rect)
    {
        byte control = (await TakeAsync(1)).Span[0];
        switch (control >> 4)
        {
            case ViewerMessages.TightFill:
                await SkipAsync(3);
                return;
            case ViewerMessages.TightJpeg:
                await SkipAsync(await TakeLengthAsync());
                return;
            case > ViewerMessages.TightJpeg:
                throw new InvalidDataException($"Tight control {control:X2}");
        }

        int filter = (control & 0x40) != 0 ? (await TakeAsync(1)).Span[0] : 0;
        int colours = filter == 1 ? (await TakeAsync(1)).Span[0] + 1 : 0;
        await SkipAsync(3 * colours);
        long stride = colours switch { 0 => 3 * rect.Width, 2 => (rect.Width + 7) / 8, _ => rect.Width };
        await SkipAsync(stride * rect.Height is var plain and < 12 ? plain : await TakeLengthAsync());
    }

    private async ValueTask<int> TakeLengthAsync()
    {
        int length = 0;
        int shift = 0;
        while (!ViewerMessages.AddLength((await TakeAsync(1)).Span[0], ref length, ref shift))
        {
        }

        return length;
    }

    private void Request(bool isIncremental) => Send(output => new FramebufferUpdateRequest(isIncremental, _size.Bounds).Write(output));

    private void Send(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        Send(output.WrittenSpan);
    }

    /// <summary>A few bytes, which always fit into the socket's buffer.</summary>
    private void Send(ReadOnlySpan<byte> bytes)
    {
        if (_socket.Send(bytes) < bytes.Length)
        {
            throw new IOException("the server does not read");
        }
    }

    /// <summary>Valid until the next take or skip.</summary>
    private ValueTask<Memory<byte>> TakeAsync(int count)
    {
        if (_end - _start < count)
        {
            return WaitAsync(count);
        }

        _start += count;
        return ValueTask.FromResult(_buffer.AsMemory(_start - count, count));

        async ValueTask<Memory<byte>> WaitAsync(int count)
        {
            while (_end - _start < count)
            {
                await FillAsync();
            }

            _start += count;
            return _buffer.AsMemory(_start - count, count);
        }
    }

    private ValueTask SkipAsync(long count)
    {
        if (_end - _start < count)
        {
            return WaitAsync(count);
        }

        _start += (int)count;
        return ValueTask.CompletedTask;

        async ValueTask WaitAsync(long count)
        {
            while (_end - _start < count)
            {
                count -= _end - _start;
                _start = _end;
                await FillAsync();
            }

            _start += (int)count;
        }
    }

    private async ValueTask FillAsync()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        Memory<byte> free = _buffer.AsMemory(_end);
        if (_pace == SkimPace.Slow)
        {
            await Task.Delay(SlowPause);
            free = free[..Math.Min(free.Length, SlowPiece)];
        }

        int count = await _socket.ReceiveAsync(free);
        if (count == 0)
        {
            throw new EndOfStreamException("the server closed the connection");
        }

        _end += count;
        _bytes += count;
    }
}
