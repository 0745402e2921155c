using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Benchmarks;

/// <summary>
/// A viewer that asks like today's viewers (Tight with JPEG, fences, continuous updates), decodes no more of a picture than the step number
/// at its top left, and notes when it had each step. Reads on a thread of its own with blocking calls, so that the clock is read when
/// the bytes are here and not when a thread pool is free.
/// </summary>
internal sealed class StepViewer : IDisposable
{
    /// <summary>The last byte of a letter's X keysym.</summary>
    private const byte Key = (byte)'a';

    private readonly BufferPool _pool = new();
    private readonly Socket _socket;
    private readonly int? _quality;
    private readonly bool _isWhole;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _hasPicture = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<uint, long> _seen = [];
    private readonly SortedDictionary<uint, long> _seenKeys = [];
    private readonly Lock _seenLock = new();
    private readonly Lock _pictureLock = new();
    private readonly Lock _sendLock = new();
    private readonly byte[] _buffer = new byte[16 * 1024 * 1024];
    private StepPicture? _picture;
    private int _start;
    private int _end;
    private bool _isContinuous;
    private Exception? _failure;
    private volatile bool _isClosing;

    private StepViewer(Socket socket, int? quality, bool isWhole)
    {
        _isWhole = isWhole;
        _socket = socket;
        _quality = quality;
        _thread = new Thread(Run) { IsBackground = true, Name = "viewer" };
    }

    public long Bytes { get; private set; }

    public int Updates { get; private set; }

    public int Rectangles { get; private set; }

    /// <summary>Of all rectangles.</summary>
    public long Pixels { get; private set; }

    /// <summary>Connects and waits for the first picture.</summary>
    /// <param name="quality">RFB quality level, 0 to 9; null: nothing may be lost.</param>
    /// <param name="isWhole">Decodes the whole picture, for <see cref="CopyPicture"/>.</param>
    public static async Task<StepViewer> StartAsync(EndPoint server, int? quality, bool isWhole = false)
    {
        bool isUnix = server is UnixDomainSocketEndPoint;
        Socket socket = new(server.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        StepViewer viewer = new(socket, quality, isWhole);
        try
        {
            socket.Connect(server);
            if (!isUnix)
            {
                socket.NoDelay = true;
            }

            viewer._thread.Start();
            await viewer._hasPicture.Task.WaitAsync(TimeSpan.FromSeconds(30));
            return viewer;
        }
        catch
        {
            viewer.Dispose();
            throw;
        }
    }

    /// <summary>Presses a key and lets it go, as somebody who types. From any thread.</summary>
    /// <returns>When; nanoseconds of the monotonic clock.</returns>
    public long PressKey()
    {
        long now = Stopwatch.GetTimestamp();
        Send([4, 1, 0, 0, 0, 0, 0, Key, 4, 0, 0, 0, 0, 0, 0, Key]);
        return now;
    }

    /// <summary>When it had steps since a time, in order; nanoseconds of the monotonic clock, both.</summary>
    /// <exception cref="InvalidOperationException">The server closed, or the viewer did not understand it.</exception>
    public long[] ReadSince(long time)
    {
        lock (_seenLock)
        {
            return _failure is null ? [.. _seen.Values.Where(seen => seen >= time).Order()] : throw new InvalidOperationException("a viewer failed", _failure);
        }
    }

    /// <summary>When the picture first showed that so many keys were pressed, or more; null where it did not. Nanoseconds of the monotonic clock.</summary>
    public long? FindKey(uint keys)
    {
        lock (_seenLock)
        {
            return _seenKeys.Where(seen => seen.Key >= keys).Min(seen => (long?)seen.Value);
        }
    }

    /// <summary>The picture after the newest update, BGRX without gaps, and the step it shows.</summary>
    public (byte[] Pixels, uint? Step) CopyPicture()
    {
        lock (_pictureLock)
        {
            return (_picture!.Pixels.ToArray(), _picture.Step);
        }
    }

    /// <summary>Leaves.</summary>
    /// <returns>When each step it saw was first here: nanoseconds of the monotonic clock.</returns>
    /// <exception cref="InvalidOperationException">The server closed, or the viewer did not understand it.</exception>
    public IReadOnlyDictionary<uint, long> Stop()
    {
        Dispose();
        return _failure is null ? _seen : throw new InvalidOperationException("a viewer failed", _failure);
    }

    public void Dispose()
    {
        _isClosing = true;
        _socket.Dispose();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _picture?.Dispose();
        _pool.Dispose();
    }

    private void Run()
    {
        Cores.GoFirst();
        try
        {
            ShakeHands();
            while (true)
            {
                ReadMessage();
            }
        }
        catch (Exception exception)
        {
            _failure = _isClosing ? null : exception;
            _hasPicture.TrySetException(exception);
        }
    }

    /// <summary>RFC 6143 7.1, security type None.</summary>
    private void ShakeHands()
    {
        Take(12);
        Send("RFB 003.008\n"u8);
        Take(Take(1)[0]);
        Send([1]);
        if (BinaryPrimitives.ReadInt32BigEndian(Take(4)) != 0)
        {
            throw new IOException("refused");
        }

        Send([1]);
        ReadOnlySpan<byte> init = Take(24);
        ushort width = BinaryPrimitives.ReadUInt16BigEndian(init);
        ushort height = BinaryPrimitives.ReadUInt16BigEndian(init[2..]);
        Take(BinaryPrimitives.ReadInt32BigEndian(init[20..]));
        _picture = new StepPicture(_pool, width, height);
        Send(output => new SetPixelFormat(PixelFormat.Bgrx).Write(output));
        Send(output => SetEncodings.Write(output, ViewerMessages.EncodingsFor(_quality)));
        Request(isIncremental: false);
    }

    private void ReadMessage()
    {
        switch (Take(1)[0])
        {
            case 0:
                ReadUpdate();
                break;
            case 2:
                break;
            case 3:
                Take(BinaryPrimitives.ReadInt32BigEndian(Take(7)[3..]));
                break;
            case 150:
                _isContinuous = true;
                Send(output => new EnableContinuousUpdates(true, _picture!.Size.Bounds).Write(output));
                break;
            case 248:
                AnswerFence();
                break;
            case var type:
                throw new InvalidDataException($"message {type}");
        }
    }

    private void AnswerFence()
    {
        byte[] head = Take(ViewerMessages.FenceBytes).ToArray();
        Send(ViewerMessages.AnswerFence(head, Take(head[^1])));
    }

    private void ReadUpdate()
    {
        int count = BinaryPrimitives.ReadUInt16BigEndian(Take(3)[1..]);
        if (!_isContinuous)
        {
            // Before the rectangles, as viewers do: the next update is then on its way while this one is drawn.
            Request(isIncremental: true);
        }

        for (int i = 0; count == FramebufferUpdate.UntilLastRect || i < count; i++)
        {
            (RfbEncoding encoding, Rect rect) = ViewerMessages.ReadRectangle(Take(ViewerMessages.RectangleBytes));
            if (encoding == RfbEncoding.LastRect)
            {
                break;
            }

            lock (_pictureLock)
            {
                ReadRectangle(encoding, rect);
            }

            Rectangles++;
            Pixels += (long)rect.Width * rect.Height;
        }

        long now = Stopwatch.GetTimestamp();
        Updates++;
        lock (_seenLock)
        {
            if (_picture!.Step is { } step)
            {
                _seen.TryAdd(step, now);
            }

            if (_picture.Keys is { } keys)
            {
                _seenKeys.TryAdd(keys, now);
            }
        }

        _hasPicture.TrySetResult();
    }

    private void ReadRectangle(RfbEncoding encoding, Rect rect)
    {
        if (!_isWhole && encoding == RfbEncoding.Tight && Peek(1)[0] >> 4 == ViewerMessages.TightJpeg)
        {
            int length = TakeJpegLength();
            _picture!.DrawJpeg(Take(length), rect);
            return;
        }

        _picture!.Begin(encoding, rect);
        while (true)
        {
            SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(_buffer, _start, _end - _start));
            bool isDone = _picture!.TryDraw(ref reader);
            _start += (int)reader.Consumed;
            if (isDone)
            {
                return;
            }

            Fill();
        }
    }

    /// <summary>rfbproto, Tight: the control byte, then a length.</summary>
    private int TakeJpegLength()
    {
        Take(1);
        int length = 0;
        int shift = 0;
        while (!ViewerMessages.AddLength(Take(1)[0], ref length, ref shift))
        {
        }

        return length;
    }

    private void Request(bool isIncremental) => Send(output => new FramebufferUpdateRequest(isIncremental, _picture!.Size.Bounds).Write(output));

    private void Send(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        Send(output.WrittenSpan);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        lock (_sendLock)
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[_socket.Send(bytes)..];
            }
        }
    }

    /// <summary>Valid until the next take.</summary>
    private Span<byte> Take(int count)
    {
        Span<byte> bytes = Peek(count);
        _start += count;
        return bytes;
    }

    private Span<byte> Peek(int count)
    {
        while (_end - _start < count)
        {
            Fill();
        }

        return _buffer.AsSpan(_start, count);
    }

    private void Fill()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_buffer.Length - _end < 1024 * 1024)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        int count = _socket.Receive(_buffer.AsSpan(_end));
        if (count == 0)
        {
            throw new EndOfStreamException("the server closed the connection");
        }

        _end += count;
        Bytes += count;
    }
}
