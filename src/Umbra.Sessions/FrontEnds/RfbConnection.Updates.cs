using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Transports.Sockets;

namespace Umbra.Sessions.FrontEnds;

/// <summary>What the viewer is sent.</summary>
public sealed partial class RfbConnection
{
    /// <summary>Bytes handed to the pipe between two flushes: a viewer that does not read holds no more than this outside its update.</summary>
    private const int ChunkBytes = 32 * 1024;

    /// <summary>What a connection's pipe takes before it makes its writer wait.</summary>
    private const int PipeBytes = 64 * 1024;

    /// <summary>Rectangles in one update; the wire has 16 bits and 0xFFFF means something else.</summary>
    private const int MaxRects = 60_000;

    /// <summary>Updates sent and not yet answered by a fence.</summary>
    private const int MaxUpdatesInFlight = 2;

    /// <summary>Black, in the longest format there is.</summary>
    private static readonly byte[] NoPixel = new byte[4];

    /// <summary>Bytes of updates sent without a fence, one after the other.</summary>
    private const int MaxUnfenced = 8 * 1024;

    /// <summary>And one part in so many of what one update may have.</summary>
    private const int UnfencedPart = 8;

    private readonly UpdateBudget _budget = new();
    private readonly Queue<Sending> _inFlight = [];
    private readonly Stack<Sending> _spares = [];
    private PayloadWriter? _head;
    private ControlVersions _sent;
    private Size _size;
    private bool _isZrleStarted;
    private int _unflushed;
    private long _unfenced;

    private async Task WriteUpdatesAsync()
    {
        await Task.Yield();
        _head = new PayloadWriter(_session.Pool, BufferTag.RfbViewer, _account, 1024);
        while (true)
        {
            if (_session.State == SessionState.Ended)
            {
                throw new ProtocolException("the session ended");
            }

            if (_evictedFor is { } why)
            {
                await SendNoticeAsync(why);
                throw new OperationCanceledException(why);
            }

            bool isSent = await SendMessagesAsync();
            if (IsFree())
            {
                await _viewer.FreshenAsync(_closing.Token);
            }

            if (_lane is not null)
            {
                await _lane.Enter();
            }

            isSent |= await SendUpdateAsync();
            if (_memory.IsShort && !isSent)
            {
                await _memory.PauseAsync(_closing.Token);
            }
            else if (!isSent)
            {
                await _viewer.WaitAsync(_closing.Token);
            }
        }
    }

    private void DisposeWriter() => _head?.Dispose();

    /// <summary>Messages that need no request: fences, bell, clipboard, announcements.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendMessagesAsync()
    {
        PayloadWriter head = _head!;
        head.Clear();
        ControlVersions now = _session.ControlVersions;
        lock (_gate)
        {
            WriteAnnouncements(head);
            while (_fencesToAnswer.TryDequeue(out Fence fence))
            {
                fence.Write(head);
            }

            if (now.Bells != _sent.Bells)
            {
                Bell.Write(head);
            }

            WriteClipboard(head, now.Clipboard != _sent.Clipboard);
            _sent = _sent with { Bells = now.Bells, Clipboard = now.Clipboard };
        }

        if (head.Length == 0)
        {
            return false;
        }

        await WriteAsync(head.WrittenMemory);
        await FlushAsync();
        return true;
    }

    private void WriteAnnouncements(PayloadWriter head)
    {
        if (_sendColourMap)
        {
            WriteColourMap(head);
            _sendColourMap = false;
        }

        if (_announceContinuous || _sendEndOfContinuous)
        {
            EndOfContinuousUpdates.Write(head);
            _announceContinuous = false;
            _sendEndOfContinuous = false;
        }

        if (_announceClipboard)
        {
            ExtendedClipboard.Caps.WriteAsServer(head);
            _announceClipboard = false;
        }

        if (_requestClipboard)
        {
            ExtendedClipboard.Request.WriteAsServer(head);
            _requestClipboard = false;
        }

        if (_sendClipboardNotice)
        {
            ExtendedClipboard.Notify(_seat.Mode == AccessMode.Control && _session.Clipboard.Length > 0).WriteAsServer(head);
            _sendClipboardNotice = false;
        }
    }

    private static void WriteColourMap(PayloadWriter head)
    {
        Span<uint> colours = stackalloc uint[ColourMap.Count];
        for (int i = 0; i < colours.Length; i++)
        {
            (ushort red, ushort green, ushort blue) = ColourMap.Entry(i);
            colours[i] = (uint)(((red >> 8) << 16) | (green & 0xFF00) | (blue >> 8));
        }

        SetColourMapEntries.Write(head, 0, colours);
    }

    /// <summary>The session's clipboard goes to those who may control it: to look is not to read what the owner copies.</summary>
    private void WriteClipboard(PayloadWriter head, bool isNew)
    {
        if ((!isNew && !_sendClipboardText) || _seat.Mode != AccessMode.Control)
        {
            _sendClipboardText = false;
            return;
        }

        string text = _session.Clipboard;
        if (!_client.SupportsExtendedClipboard)
        {
            new ServerCutText(text).Write(head);
        }
        else if (_sendClipboardText || Encoding.UTF8.GetByteCount(text) <= _clientClipboardLimit)
        {
            ExtendedClipboard.Provide(text).WriteAsServer(head);
        }
        else
        {
            ExtendedClipboard.Notify(text.Length > 0).WriteAsServer(head);
        }

        _sendClipboardText = false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendUpdateAsync()
    {
        PayloadWriter head = _head!;
        head.Clear();
        if (BeginUpdate(head) is not { } sending)
        {
            return false;
        }

        using PictureUpdate? picture = sending.Picture;
        int rects = sending.PseudoRects + sending.Owed + WriteMoves(head, picture) + (picture?.RectCount ?? 0);
        BinaryPrimitives.WriteUInt16BigEndian(head.Written[2..], (ushort)rects);
        await WritePictureAsync(head, picture, sending);
        await WriteOwedAsync(head, sending);
        if (sending.IsFenced)
        {
            head.Clear();
            new Fence(FenceFlags.Request | FenceFlags.BlockBefore, default).Write(head);
            await WriteAsync(head.WrittenMemory);
        }

        await FlushAsync();
        _viewer.Counters.Sent(sending.Bytes);
        lock (_gate)
        {
            sending.Held = 0;
            sending.Delayed = (_pipe.Output as SocketWriter)?.Delay ?? TimeSpan.Zero;
            sending.IsWritten = true;
            KeepSpare(sending);
        }

        return true;
    }

    /// <summary>The viewer would take an update now.</summary>
    private bool IsFree()
    {
        lock (_gate)
        {
            return (_isUpdateWanted || _isContinuous) && !IsFull && _fencesToAnswer.Count == 0;
        }
    }

    /// <summary>As many updates are on their way as may be. Read under <see cref="_gate"/>.</summary>
    private bool IsFull => _client.SupportsFence && _inFlight.Count >= (_budget.IsMeasured ? MaxUpdatesInFlight : 1);

    /// <summary>
    /// The beginning of an update in <paramref name="head"/> and what it is to hold, or null where nothing is to be sent. Under the lock as a whole: what the
    /// viewer says is before it or after it, and the answer to a fence that is waiting goes first.
    /// </summary>
    private Sending? BeginUpdate(PayloadWriter head)
    {
        lock (_gate)
        {
            if (!IsFree())
            {
                return null;
            }

            new FramebufferUpdate(0).Write(head);
            int pseudoRects = WriteControls(head);
            int owed = _viewer.Picture.CountOwed(out EncodingClass owedClass);
            PictureUpdate? picture = owed > 0 ? null : TakePicture();
            if (picture is null && owed + pseudoRects == 0)
            {
                return null;
            }

            Sending sending = _spares.TryPop(out Sending? spare) ? spare : new Sending();
            bool isFenced = _client.SupportsFence && (owed > 0 || !GoesUnfenced(picture));
            sending.Begin(_time.GetTimestamp(), pseudoRects, picture, owed, owedClass, isFenced);
            _isUpdateWanted = false;
            if (isFenced || !_client.SupportsFence)
            {
                _inFlight.Enqueue(sending);
            }
            else
            {
                sending.HasArrived = true;
            }

            return sending;
        }
    }

    /// <summary>
    /// A few small updates follow one that has arrived, and need no answer of their own: that would cost more than they do. What is so on its way unseen stays a small part of what
    /// the wire carries in the time an update may take.
    /// </summary>
    private bool GoesUnfenced(PictureUpdate? picture)
    {
        _unfenced += picture?.Bytes ?? 0;
        if (_budget.IsMeasured && _inFlight.Count == 0 && _unfenced <= Math.Min(MaxUnfenced, _budget.Bytes / UnfencedPart))
        {
            return true;
        }

        _unfenced = 0;
        return false;
    }

    /// <summary>
    /// What a viewer asks for whole comes in one update (RFC 6143, 7.5.3: some take that one and leave), but on a slow wire in pieces, each as new as when it
    /// is sent. The number of rectangles is said before, which every client understands; where the size changes meanwhile, pixels that no longer matter fill it up.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteOwedAsync(PayloadWriter head, Sending sending)
    {
        int left = sending.Owed;
        while (left > 0 && await TakeOwedAsync(sending.OwedClass, left) is { } taken)
        {
            using PictureUpdate picture = taken;
            sending.Held = picture.Bytes;
            left -= picture.RectCount;
            head.Clear();
            await WritePictureAsync(head, picture, sending);
            await FlushAsync();
            await _viewer.FreshenAsync(_closing.Token);
        }

        for (; left > 0; left--)
        {
            head.Clear();
            new RectHeader(new Rect(0, 0, 1, 1), RfbEncoding.Raw).Write(head);
            head.Write(NoPixel.AsSpan(0, sending.OwedClass.Format.BitsPerPixel / 8));
            await WriteAsync(head.WrittenMemory);
        }
    }

    private static int WriteMoves(PayloadWriter head, PictureUpdate? update)
    {
        if (update is null)
        {
            return 0;
        }

        foreach (CopyMove move in update.Moves.Span)
        {
            CopyRectEncoder.Write(head, move);
        }

        return update.Moves.Length;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WritePictureAsync(PayloadWriter head, PictureUpdate? picture, Sending sending)
    {
        sending.Bytes += head.Length + (picture?.Bytes ?? 0);
        await WriteAsync(head.WrittenMemory);
        for (int i = 0; i < (picture?.Payloads.Count ?? 0); i++)
        {
            ReadOnlyMemory<byte> payload = picture!.Payloads[i].Bytes.Memory;
            if (picture.EncodingClass.Encoding == RfbEncoding.Zrle && !_isZrleStarted && payload.Length > 0)
            {
                // The connection's one zlib stream begins with its header; every later segment goes as it is.
                head.Clear();
                ZrleStart.WritePrefix(payload.Span, head.GetSpan(ZrleStart.PrefixSize));
                head.Advance(ZrleStart.PrefixSize);
                await WriteAsync(head.WrittenMemory);
                payload = payload[ZrleStart.PayloadOffset..];
                _isZrleStarted = true;
            }

            await WritePayloadAsync(payload);
        }
    }

    /// <param name="payload">Stays where it is until it is flushed.</param>
    private ValueTask WritePayloadAsync(ReadOnlyMemory<byte> payload)
    {
        if (_pipe.Output is not SocketWriter writer || payload.Length < SocketWriter.MinAppended)
        {
            return WriteAsync(payload);
        }

        writer.Append(payload);
        return ValueTask.CompletedTask;
    }

    /// <summary>Pseudo-rectangles: size, cursor, title, lock keys. Returns how many. Called under <see cref="_gate"/>.</summary>
    private int WriteControls(PayloadWriter head)
    {
        ControlVersions now = _session.ControlVersions;
        int rects = WriteSize(head);
        if (_announceQemuKeys)
        {
            QemuKeyRect.Write(head);
            _announceQemuKeys = false;
            rects++;
        }

        if (now.Cursor != _sent.Cursor && (_client.SupportsCursor || _client.SupportsCursorWithAlpha))
        {
            rects += WriteCursor(head);
        }

        if (now.Title != _sent.Title && _client.SupportsDesktopName)
        {
            new DesktopNameRect(_session.Title).Write(head);
            rects++;
        }

        if (now.Leds != _sent.Leds && _client.LedEncoding is { } form)
        {
            new LedStateRect(_session.Leds).Write(head, form);
            rects++;
        }

        _sent = _sent with { Cursor = now.Cursor, Title = now.Title, Leds = now.Leds };
        return rects;
    }

    private int WriteCursor(PayloadWriter head)
    {
        int rects = 0;
        _session.WithCursor(cursor => rects = WriteCursor(head, cursor));
        return rects;
    }

    private int WriteCursor(PayloadWriter head, CursorShape? cursor)
    {
        if (cursor is null)
        {
            return 0;
        }

        if (_client.SupportsCursorWithAlpha)
        {
            CursorEncoder.WriteCursorWithAlpha(head, cursor);
        }
        else
        {
            CursorEncoder.WriteCursor(head, cursor, PixelConverter.Create(_format));
        }

        return 1;
    }

    /// <summary>Called under <see cref="_gate"/>: the viewer has answered, so what was sent has arrived. A viewer with fences says so exactly.</summary>
    private void UpdateArrived(bool isFence)
    {
        if (_client.SupportsFence != isFence)
        {
            return;
        }

        if (_inFlight.TryDequeue(out Sending? update))
        {
            TimeSpan took = _time.GetElapsedTime(update.Begun);
            _budget.Arrived(update.Bytes, took - update.Delayed);
            _viewer.Counters.Arrived(took);
            update.HasArrived = true;
            KeepSpare(update);
        }
    }

    /// <summary>Called under <see cref="_gate"/>. A viewer may have answered before we are done with an update.</summary>
    private void KeepSpare(Sending sending)
    {
        if (sending is { IsWritten: true, HasArrived: true })
        {
            _spares.Push(sending);
        }
    }

    InFlight IViewerFrontEnd.ReadInFlight()
    {
        lock (_gate)
        {
            if (!_inFlight.TryPeek(out Sending? oldest))
            {
                return default;
            }

            long bytes = 0;
            foreach (Sending sending in _inFlight)
            {
                bytes += sending.Bytes;
            }

            return new InFlight(bytes, _time.GetElapsedTime(oldest.Begun));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlyMemory<byte> chunk = bytes[..Math.Min(bytes.Length, ChunkBytes)];
            bytes = bytes[chunk.Length..];
            chunk.CopyTo(await GetMemoryAsync(chunk.Length));
            _pipe.Output.Advance(chunk.Length);
            _unflushed += chunk.Length;
            if (_unflushed >= ChunkBytes)
            {
                await FlushAsync();
            }
        }
    }

    /// <exception cref="OperationCanceledException">The viewer is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushAsync()
    {
        _unflushed = 0;
        FlushResult result = await _pipe.Output.FlushAsync(_closing.Token);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("the viewer is gone");
        }
    }

    /// <summary>One update on its way. Used again for another, once it is written and has arrived.</summary>
    private sealed class Sending
    {
        /// <summary>Timestamp.</summary>
        public long Begun { get; private set; }

        public int PseudoRects { get; private set; }

        /// <summary>Null where tiles are owed, which go first. The writing loop's.</summary>
        public PictureUpdate? Picture { get; private set; }

        /// <summary>Tiles of <see cref="OwedClass"/> that belong to it.</summary>
        public int Owed { get; private set; }

        public EncodingClass OwedClass { get; private set; }

        /// <summary>A fence follows, whose answer says when it has arrived; without, the next request does.</summary>
        public bool IsFenced { get; private set; }

        /// <summary>Written so far; final once the viewer can have all of it.</summary>
        public long Bytes { get; set; }

        /// <summary>So much of its time was our slowness.</summary>
        public TimeSpan Delayed { get; set; }

        /// <summary>Payload bytes that are kept until they are written.</summary>
        public long Held { get; set; }

        public bool IsWritten { get; set; }

        public bool HasArrived { get; set; }

        public void Begin(long begun, int pseudoRects, PictureUpdate? picture, int owed, EncodingClass owedClass, bool isFenced)
        {
            (Begun, PseudoRects, Picture, Owed, OwedClass, IsFenced) = (begun, pseudoRects, picture, owed, owedClass, isFenced);
            (Bytes, Held, Delayed, IsWritten, HasArrived) = (0, picture?.Bytes ?? 0, TimeSpan.Zero, false, false);
        }
    }
}
