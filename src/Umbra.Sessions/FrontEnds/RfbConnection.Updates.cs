using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.FrontEnds;

/// <summary>What the viewer is sent.</summary>
public sealed partial class RfbConnection
{
    /// <summary>Bytes handed to the pipe between two flushes: a viewer that does not read holds no more than this outside its update.</summary>
    private const int ChunkBytes = 32 * 1024;

    /// <summary>Rectangles in one update; the wire has 16 bits and 0xFFFF means something else.</summary>
    private const int MaxRects = 60_000;

    /// <summary>Updates sent and not yet answered by a fence.</summary>
    private const int MaxUpdatesInFlight = 2;

    private readonly UpdateBudget _budget = new();
    private readonly Queue<(long Bytes, long SentAt)> _inFlight = [];
    private PayloadWriter? _head;
    private ControlVersions _sent;
    private Size _size;
    private DesktopSizeReason _resizeReason;
    private bool _isZrleStarted;
    private int _unflushed;

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

            bool isSent = await SendMessagesAsync();
            isSent |= await SendUpdateAsync();
            if (!isSent)
            {
                await _viewer.WaitAsync(_closing.Token);
            }
        }
    }

    private void DisposeWriter() => _head?.Dispose();

    /// <summary>Messages that need no request: fences, bell, clipboard, announcements.</summary>
    private async Task<bool> SendMessagesAsync()
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

    private async Task<bool> SendUpdateAsync()
    {
        PayloadWriter head = _head!;
        head.Clear();
        using PictureUpdate? update = TakeUpdate(head, out int pseudoRects);
        if (update is null && pseudoRects == 0)
        {
            return false;
        }

        int moves = WriteMoves(head, update);
        int rects = pseudoRects + moves + (update?.RectCount ?? 0);
        BinaryPrimitives.WriteUInt16BigEndian(head.Written[2..], (ushort)rects);
        long bytes = head.Length + (update?.Bytes ?? 0);
        long begun = _time.GetTimestamp();
        bool isFenced;
        bool isAnswered;
        lock (_gate)
        {
            isFenced = _client.SupportsFence;
            isAnswered = isFenced || !_isContinuous;
            _isUpdateWanted = false;
            if (isAnswered)
            {
                _inFlight.Enqueue((bytes, begun));
            }
        }

        await WritePictureAsync(head, update, isFenced);
        if (!isAnswered)
        {
            _budget.Arrived(bytes, _time.GetElapsedTime(begun));
        }

        _viewer.Counters.Sent(bytes);
        return true;
    }

    /// <summary>
    /// The beginning of an update and its picture, both null and 0 where nothing is to be sent. Under the lock as a whole: what the viewer says is before
    /// it or after it, and the answer to a fence that is waiting goes first.
    /// </summary>
    private PictureUpdate? TakeUpdate(PayloadWriter head, out int pseudoRects)
    {
        lock (_gate)
        {
            pseudoRects = 0;
            bool isFull = _client.SupportsFence && _inFlight.Count >= MaxUpdatesInFlight;
            if (!(_isUpdateWanted || _isContinuous) || isFull || _fencesToAnswer.Count > 0)
            {
                return null;
            }

            new FramebufferUpdate(0).Write(head);
            pseudoRects = WriteControls(head);
            return _viewer.TakeUpdate(_budget.Bytes, MaxRects);
        }
    }

    private static int WriteMoves(PayloadWriter head, PictureUpdate? update)
    {
        if (update is null)
        {
            return 0;
        }

        foreach (CopyMove move in update.Moves)
        {
            CopyRectEncoder.Write(head, move);
        }

        return update.Moves.Count;
    }

    private async Task WritePictureAsync(PayloadWriter head, PictureUpdate? update, bool isFenced)
    {
        await WriteAsync(head.WrittenMemory);
        for (int i = 0; i < (update?.Payloads.Count ?? 0); i++)
        {
            ReadOnlyMemory<byte> payload = update!.Payloads[i].Bytes.Memory;
            if (update.EncodingClass.Encoding == RfbEncoding.Zrle && !_isZrleStarted && payload.Length > 0)
            {
                // The connection's one zlib stream begins with its header; every later segment goes as it is.
                head.Clear();
                ZrleStart.WritePrefix(payload.Span, head.GetSpan(ZrleStart.PrefixSize));
                head.Advance(ZrleStart.PrefixSize);
                await WriteAsync(head.WrittenMemory);
                payload = payload[ZrleStart.PayloadOffset..];
                _isZrleStarted = true;
            }

            await WriteAsync(payload);
        }

        if (isFenced)
        {
            head.Clear();
            new Fence(FenceFlags.Request | FenceFlags.BlockBefore, default).Write(head);
            await WriteAsync(head.WrittenMemory);
        }

        await FlushAsync();
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
            _session.WithCursor(cursor => rects += WriteCursor(head, cursor));
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

    private int WriteSize(PayloadWriter head)
    {
        int rects = 0;
        if (_viewer.Picture.AcceptSize(out Size size))
        {
            _size = size;
            if (_client.SupportsExtendedDesktopSize)
            {
                ExtendedDesktopSizeRect.Single(size, _resizeReason).Write(head);
                _desktopSizeAnswer = null;
            }
            else if (_client.SupportsDesktopSize)
            {
                new DesktopSizeRect(size).Write(head);
            }
            else
            {
                throw new ProtocolException($"the session is now {size} and this viewer cannot follow a change of size");
            }

            _resizeReason = DesktopSizeReason.Server;
            rects++;
        }

        if (_desktopSizeAnswer is { } answer)
        {
            (answer with { Size = _size }).Write(head);
            _desktopSizeAnswer = null;
            rects++;
        }

        return rects;
    }

    /// <summary>Called under <see cref="_gate"/>: the viewer has answered, so what was sent has arrived. A viewer with fences says so exactly.</summary>
    private void UpdateArrived(bool isFence)
    {
        if (_client.SupportsFence != isFence)
        {
            return;
        }

        if (_inFlight.TryDequeue(out (long Bytes, long SentAt) update))
        {
            _budget.Arrived(update.Bytes, _time.GetElapsedTime(update.SentAt));
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlyMemory<byte> chunk = bytes[..Math.Min(bytes.Length, ChunkBytes)];
            bytes = bytes[chunk.Length..];
            chunk.CopyTo(_pipe.Output.GetMemory(chunk.Length));
            _pipe.Output.Advance(chunk.Length);
            _unflushed += chunk.Length;
            if (_unflushed >= ChunkBytes)
            {
                await FlushAsync();
            }
        }
    }

    /// <exception cref="OperationCanceledException">The viewer is gone.</exception>
    private async ValueTask FlushAsync()
    {
        _unflushed = 0;
        FlushResult result = await _pipe.Output.FlushAsync(_closing.Token);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("the viewer is gone");
        }
    }
}
