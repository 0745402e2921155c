using System.Runtime.InteropServices;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// Reads what has been drawn on the screen since the last time, into a canvas of its own, and commits it. Through memory shared with the server where both can, which
/// is the canvas then; else through the wire. Used by one task.
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
    private Canvas? _canvas;
    private XSegment? _segment;
    private uint _segmentId;
    private bool _isWhole;
    private bool _isSizeNew = true;

    public X11Picture(XConnection connection, ISourceSink sink, XDamage damage, XFixes fixes, XShm? shm)
    {
        (_connection, _sink, _damage, _fixes, _shm, _root) = (connection, sink, damage, fixes, shm, connection.Setup.Root);
        _region = fixes.NewRegion();
        damage.Watch(_root);
    }

    /// <summary>Whether the sink has had all of the screen.</summary>
    public bool IsWhole => _isWhole;

    /// <summary>Whether pixels come through shared memory; known from the first picture on.</summary>
    public bool IsShared => _segment is not null;

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
            if (_canvas is null || Interlocked.Exchange(ref _isSizeNew, false))
            {
                await ResizeAsync();
            }

            if (!_isWhole)
            {
                _rects.Clear();
                _rects.Add(_canvas!.Size.Bounds);
            }

            XDamageList.Join(_rects, _canvas!.Size.Bounds, XLimits.MaxRects);
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
        _canvas?.Dispose();
        _canvas = null;
        ((IDisposable?)_segment)?.Dispose();
        _segment = null;
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

        if (_canvas?.Size == size)
        {
            return;
        }

        if (_segment is not null)
        {
            _shm!.Release(_segmentId);
        }

        Dispose();
        _isWhole = false;
        _segment = await TryShareAsync((size.Width * size.Height * Canvas.BytesPerPixel) + XLimits.MaxPartsBytes);
        _canvas = _segment is null ? new Canvas(_sink.Pool, _sink.Account, size) : new Canvas(size, _segment.Memory);
    }

    /// <summary>Memory to share of that many bytes, if that is possible.</summary>
    private async Task<XSegment?> TryShareAsync(int length)
    {
        if (_shm is null || XSegment.TryCreate(_sink.Pool, _sink.Account, length) is not { } segment)
        {
            return null;
        }

        bool isShared = false;
        try
        {
            isShared = await _shm.AttachAsync(segment.Id) is { } id && await IsOursAsync(segment, _segmentId = id);
            return isShared ? segment : null;
        }
        finally
        {
            if (!isShared)
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
        int room = _segment is null ? XLimits.MaxImageBytes : XLimits.MaxPartsBytes;
        _parts.Clear();
        _partsBytes = 0;
        foreach (Rect rect in _rects)
        {
            if (_segment is not null && 2 * rect.Width >= _canvas!.Size.Width)
            {
                _parts.Add(rect with { X = 0, Width = _canvas.Size.Width });
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
        XError? error = await (_segment is null ? ReadPartsByWireAsync() : ReadPartsByMemoryAsync(_segment));
        _parts.Clear();
        _partsBytes = 0;
        return error;
    }

    /// <summary>Rows of the whole width have their place already; other parts are put into theirs.</summary>
    private async Task<XError?> ReadPartsByMemoryAsync(XSegment segment)
    {
        int screen = _canvas!.Pixels.Length;
        int offset = screen;
        foreach (Rect part in _parts)
        {
            bool isPlaced = part.Width == _canvas.Size.Width;
            _answers.Add(_shm!.Ask(_root, part, _segmentId, isPlaced ? part.Y * _canvas.Stride : offset));
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
            if (part.Width == _canvas.Size.Width)
            {
                XPixels.Clean(_canvas.Pixels.Slice(part.Y * _canvas.Stride, part.Height * _canvas.Stride));
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
            XPixels.Copy(pixels.Slice(i * row, row), _canvas!.Row(part.X, part.Y + i, part.Width));
        }

        return row * part.Height;
    }

    private void Commit()
    {
        if (_rects.Count > 0)
        {
            _isWhole = true;
            _sink.Commit(_canvas!, CollectionsMarshal.AsSpan(_rects), []);
        }
    }
}
