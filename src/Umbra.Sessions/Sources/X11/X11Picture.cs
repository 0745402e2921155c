using System.Runtime.InteropServices;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// Reads what has been drawn on the screen since the last time, into a canvas of its own, and commits it. Through memory shared with the server where both can, which
/// is the canvas then; else through the wire. A shared canvas the sink may keep, so that there are two that take turns. Used by one task.
/// </summary>
internal sealed class X11Picture : IDisposable
{
    /// <summary>A screen that changes its size while it is read is read again; so often it does not.</summary>
    private const int MaxAttempts = 10;

    private const int ZPixmap = 2;
    private const uint AllPlanes = uint.MaxValue;

    private readonly XConnection _connection;
    private readonly ISourceSink _sink;
    private readonly XDamage _damage;
    private readonly XFixes _fixes;
    private readonly XShm? _shm;
    private readonly uint _root;
    private readonly uint _region;
    private readonly List<Rect> _rects = [];
    private readonly List<Rect> _parts = [];
    private readonly List<Task<XReply>> _answers = [];
    private int _partsBytes;
    private Screen? _screen;

    /// <summary>Which the sink has, until it gives it back for the other.</summary>
    private Screen? _lent;

    private bool _isWhole;

    /// <summary>What the canvas shows was long ago.</summary>
    private bool _isOld;

    private bool _isSizeNew = true;

    public X11Picture(XConnection connection, ISourceSink sink, XDamage damage, XFixes fixes, XShm? shm)
    {
        (_connection, _sink, _damage, _fixes, _shm, _root) = (connection, sink, damage, fixes, shm, connection.Setup.Root);
        _region = fixes.NewRegion();
        damage.Watch(_root);
    }

    private Canvas Canvas => _screen!.Canvas;

    private XSegment? Segment => _screen!.Segment;

    /// <summary>Whether the sink has had all of the screen.</summary>
    public bool IsWhole => _isWhole;

    /// <summary>Whether pixels come through shared memory; known from the first picture on.</summary>
    public bool IsShared => (_screen ?? _lent) is { Segment: not null };

    /// <summary>The screen has, or may have, another size than before. Any thread.</summary>
    public void SizeChanged() => Volatile.Write(ref _isSizeNew, true);

    /// <summary>Everything that was drawn before this call is on the surface when it ends.</summary>
    /// <exception cref="X11Exception">The screen cannot be read.</exception>
    public async Task UpdateAsync()
    {
        XError error = default;
        for (int i = 0; i < MaxAttempts; i++)
        {
            _rects.Clear();
            await TakeDamageAsync();
            if (_screen is null || Interlocked.Exchange(ref _isSizeNew, false))
            {
                await ResizeAsync();
            }

            if (!_isWhole || _isOld)
            {
                _rects.Clear();
                _rects.Add(Canvas.Size.Bounds);
            }

            XDamageList.Join(_rects, Canvas.Size.Bounds, XLimits.MaxRects);
            if (await ReadAsync() is not { } failed)
            {
                Commit();
                return;
            }

            // Most likely the screen has become smaller meanwhile. What was damaged is known no more.
            error = failed;
            _isWhole = false;
            SizeChanged();
        }

        throw new X11Exception($"the x server's screen cannot be read: {error}");
    }

    public void Dispose()
    {
        _screen?.Canvas.Dispose();
        _screen = null;
        _lent = null;
    }

    private async Task TakeDamageAsync()
    {
        _damage.TakeInto(_region);
        using XReply region = await _fixes.AskRegionAsync(_region);
        if (region.Error is { } error)
        {
            // So much in pieces that it is too long: all of it, then.
            _isWhole &= error.Code == XError.TooLong ? false : throw new X11Exception($"the x server does not say what has changed: {error}");
            return;
        }

        XFixes.ReadRegion(region, _rects);
    }

    private async Task ResizeAsync()
    {
        using XReply geometry = (await _connection.AskNowAsync(XOpcode.GetGeometry, 0, [_root])).OrThrow("say how large its screen is");
        Size size = new(geometry.U16(16), geometry.U16(18));
        if (!size.IsValid)
        {
            throw new X11Exception($"a screen of {size} is not possible");
        }

        if (_screen?.Canvas.Size == size)
        {
            return;
        }

        if (_screen is not null || _lent?.Canvas.Size != size)
        {
            Release(_screen);
            Release(_lent);
            Dispose();
            _isWhole = false;
        }

        _screen = await TryShareAsync(size) ?? new Screen(new Canvas(_sink.Pool, _sink.Account, size), Segment: null, Id: 0);
    }

    private void Release(Screen? screen)
    {
        if (screen is { Segment: not null })
        {
            _shm!.Release(screen.Id);
        }
    }

    /// <summary>A screen in memory that is shared, if that is possible.</summary>
    private async Task<Screen?> TryShareAsync(Size size)
    {
        int length = (size.Width * size.Height * Canvas.BytesPerPixel) + XLimits.MaxPartsBytes;
        if (_shm is null || XSegment.TryCreate(_sink.Pool, _sink.Account, length) is not { } segment)
        {
            return null;
        }

        Screen? shared = null;
        try
        {
            shared = await _shm.AttachAsync(segment.Id) is { } id && await IsOursAsync(segment, id) ? new Screen(new Canvas(size, segment), segment, id) : null;
            return shared;
        }
        finally
        {
            if (shared is null)
            {
                ((IDisposable)segment).Dispose();
            }
        }
    }

    /// <summary>
    /// Whether what the server puts into its segment arrives in ours: where it lives in another container, the number can be that of somebody else's. A screen's
    /// first pixel is not both of two values.
    /// </summary>
    private async Task<bool> IsOursAsync(XSegment segment, uint id)
    {
        foreach (uint value in (uint[])[0x5A5A5A5A, 0xA5A5A5A5])
        {
            MemoryMarshal.Write(segment.GetSpan(), value);
            Task<XReply> asked = _shm!.Ask(_root, new Rect(0, 0, 1, 1), id, 0);
            await _connection.FlushAsync();
            using XReply reply = await asked;
            if (reply.Error is not null)
            {
                return false;
            }

            if (MemoryMarshal.Read<uint>(segment.GetSpan()) != value)
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>The server's error; null where all is read.</returns>
    private async Task<XError?> ReadAsync()
    {
        // In the order of the list, as much at a time as there is room for.
        int room = Segment is null ? XLimits.MaxImageBytes : XLimits.MaxPartsBytes;
        _parts.Clear();
        _partsBytes = 0;
        foreach (Rect rect in _rects)
        {
            if (Segment is not null && 2 * rect.Width >= Canvas.Size.Width)
            {
                _parts.Add(rect with { X = 0, Width = Canvas.Size.Width });
                continue;
            }

            int row = rect.Width * Canvas.BytesPerPixel;
            for (int y = rect.Y; y < rect.Bottom;)
            {
                int rows = Math.Min((room - _partsBytes) / row, rect.Bottom - y);
                if (rows > 0)
                {
                    _parts.Add(new Rect(rect.X, y, rect.Width, rows));
                    (y, _partsBytes) = (y + rows, _partsBytes + (rows * row));
                }
                else if (await ReadPartsAsync() is { } error)
                {
                    return error;
                }
            }
        }

        return await ReadPartsAsync();
    }

    private async Task<XError?> ReadPartsAsync()
    {
        XError? error = await (Segment is { } segment ? ReadPartsByMemoryAsync(segment) : ReadPartsByWireAsync());
        _parts.Clear();
        _partsBytes = 0;
        return error;
    }

    /// <summary>Rows of the whole width have their place already; other parts are put into theirs.</summary>
    private async Task<XError?> ReadPartsByMemoryAsync(XSegment segment)
    {
        int screen = Canvas.Pixels.Length;
        int offset = screen;
        foreach (Rect part in _parts)
        {
            bool isPlaced = part.Width == Canvas.Size.Width;
            _answers.Add(_shm!.Ask(_root, part, _screen!.Id, isPlaced ? part.Y * Canvas.Stride : offset));
            offset += isPlaced ? 0 : part.Width * part.Height * Canvas.BytesPerPixel;
        }

        await _connection.FlushAsync();
        XError? error = null;
        offset = screen;
        for (int i = 0; i < _parts.Count; i++)
        {
            using XReply reply = await _answers[i];
            error ??= reply.Error;
            if (error is not null)
            {
                continue;
            }

            Rect part = _parts[i];
            if (part.Width == Canvas.Size.Width)
            {
                XPixels.Clean(Canvas.Pixels.Slice(part.Y * Canvas.Stride, part.Height * Canvas.Stride));
            }
            else
            {
                offset += Draw(part, segment.GetSpan()[offset..]);
            }
        }

        _answers.Clear();
        return error;
    }

    private async Task<XError?> ReadPartsByWireAsync()
    {
        foreach (Rect part in _parts)
        {
            using XReply reply = await _connection.AskNowAsync(
                XOpcode.GetImage, ZPixmap, [_root, XWords.Pair(part.X, part.Y), XWords.Pair(part.Width, part.Height), AllPlanes],
                maxReply: XLimits.MaxImageBytes);
            if (reply.Error is { } error)
            {
                return error;
            }

            if (reply.Body.Length < part.Area * Canvas.BytesPerPixel)
            {
                throw new X11Exception($"the x server gave {reply.Body.Length} bytes for {part.Size} pixels");
            }

            Draw(part, reply.Body);
        }

        return null;
    }

    /// <returns>How many bytes that took.</returns>
    private int Draw(Rect part, ReadOnlySpan<byte> pixels)
    {
        int row = part.Width * Canvas.BytesPerPixel;
        for (int i = 0; i < part.Height; i++)
        {
            XPixels.Copy(pixels.Slice(i * row, row), Canvas.Row(part.X, part.Y + i, part.Width));
        }

        return row * part.Height;
    }

    private void Commit()
    {
        if (_rects.Count == 0)
        {
            return;
        }

        (_isWhole, _isOld) = (true, false);
        ReadOnlySpan<Rect> damage = CollectionsMarshal.AsSpan(_rects);
        if (Segment is null)
        {
            _sink.Commit(Canvas, damage, []);
            return;
        }

        Canvas next = _sink.Exchange(Canvas, damage);
        if (next != Canvas)
        {
            (Screen? back, _lent) = (_lent, _screen);
            if (back?.Canvas != next)
            {
                // The sink's own, which the server knows nothing of; the next of ours is made when it is needed.
                next.Dispose();
                Release(back);
                back = null;
            }

            (_screen, _isOld) = (back, true);
        }
    }

    /// <param name="Segment">What the canvas is in, with more behind it for parts; null: not shared.</param>
    /// <param name="Id">The server's number for it.</param>
    private sealed record Screen(Canvas Canvas, XSegment? Segment, uint Id);
}
