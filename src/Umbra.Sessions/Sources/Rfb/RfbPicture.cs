using System.Buffers;
using System.Runtime.InteropServices;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using RectHeader = Umbra.Core.Rfb.RectHeader;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>
/// Reads the rectangles of updates and draws them on a canvas of its own, resumable at any byte. Between two updates the canvas equals what the sink was
/// given, as long as <see cref="IsWhole"/>: a canvas of a new size is not shown before the server has drawn on it.
/// </summary>
internal sealed class RfbPicture : IDisposable
{
    private const int MaxListed = 1024;

    /// <summary>The area that <see cref="RfbOutbox.AddProbe"/> asks for.</summary>
    public static readonly Rect Probe = new(0, 0, 1, 1);

    private readonly ISourceSink _sink;
    private readonly RectDecoders _decoders;
    private readonly CursorDecoder _cursor;
    private readonly List<Rect> _damage = [];
    private readonly List<CopyMove> _moves = [];
    private Canvas _canvas;
    private RectHeader? _rect;
    private int _rectsLeft;
    private bool _endsWithMarker;

    public RfbPicture(ISourceSink sink, Size size)
    {
        _sink = sink;
        RequireValid(size);
        _canvas = new Canvas(sink.Pool, sink.Account, size);
        _decoders = new RectDecoders(sink.Pool, sink.Account, PixelFormat.Bgrx);
        _cursor = new CursorDecoder(sink.Pool, sink.Account, PixelFormat.Bgrx);
    }

    public Size Size => _canvas.Size;

    /// <summary>Whether rectangles, or at least the end of an update, come before the next message.</summary>
    public bool IsInUpdate { get; private set; }

    /// <summary>Whether the server has drawn on the canvas since it had its size.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The screens of the last <see cref="ExtendedDesktopSizeRect"/>; null until the server has sent one.</summary>
    public IReadOnlyList<Screen>? Screens { get; private set; }

    /// <summary>Whether the last update drew the area of the probe.</summary>
    public bool HasDrawnProbe { get; private set; }

    /// <summary>Whether the server takes <see cref="QemuKeyEvent"/>.</summary>
    public bool HasQemuKeys { get; private set; }

    public void Begin(FramebufferUpdate update)
    {
        _endsWithMarker = update.RectCount == FramebufferUpdate.UntilLastRect;
        _rectsLeft = update.RectCount;
        IsInUpdate = true;
        HasDrawnProbe = false;
    }

    /// <summary>Reads as far as it can within the update.</summary>
    /// <returns>False when more bytes are needed; true at the end of the update, which is then committed.</returns>
    public bool TryRead(ref SequenceReader<byte> reader)
    {
        while (_rectsLeft > 0)
        {
            if (_rect is null)
            {
                if (!RectHeader.TryRead(ref reader, out RectHeader header))
                {
                    return false;
                }

                Enter(header);
            }

            if (!TryReadBody(ref reader, _rect!.Value))
            {
                return false;
            }

            _rect = null;
            _rectsLeft -= _endsWithMarker ? 0 : 1;
        }

        IsInUpdate = false;
        Commit();
        return true;
    }

    public void Dispose()
    {
        _cursor.Dispose();
        _decoders.Dispose();
        _canvas.Dispose();
    }

    private void Enter(RectHeader header)
    {
        _rect = header;
        if (IsCursor(header.Encoding))
        {
            _cursor.Begin(header.Encoding, header.Rect);
        }
        else if (RectDecoders.Supported.Contains(header.Encoding))
        {
            _decoders.Begin(header.Encoding, _canvas, header.Rect);
        }
    }

    private bool TryReadBody(ref SequenceReader<byte> reader, RectHeader header)
    {
        switch (header.Encoding)
        {
            case RfbEncoding.DesktopSize:
                Resize(header.Rect.Size);
                return true;
            case RfbEncoding.ExtendedDesktopSize:
                return TryReadDesktopSize(ref reader, header);
            case RfbEncoding.LastRect:
                (_endsWithMarker, _rectsLeft) = (false, 1);
                return true;
            case RfbEncoding.DesktopName:
                return TryReadName(ref reader);
            case RfbEncoding.QemuLedState or RfbEncoding.VMwareLedState:
                return TryReadLeds(ref reader, header.Encoding);
            case RfbEncoding.VMwareCursorPosition:
                // Whoever else may move that pointer, it is not ours to follow.
                return true;
            case RfbEncoding.QemuExtendedKey:
                HasQemuKeys = true;
                return true;
            default:
                return IsCursor(header.Encoding) ? TryReadCursor(ref reader)
                    : RectDecoders.Supported.Contains(header.Encoding) ? TryReadPixels(ref reader, header.Rect)
                    : throw new ProtocolException($"encoding {(int)header.Encoding} was not asked for");
        }
    }

    private bool TryReadPixels(ref SequenceReader<byte> reader, Rect rect)
    {
        if (!_decoders.TryDecode(ref reader))
        {
            return false;
        }

        HasDrawnProbe |= rect.Contains(Probe);

        // The sink moves before it draws: a copy of what this update has drawn already is drawing, too.
        if (_decoders.LastMove is { } move && _damage.Count == 0 && _moves.Count < MaxListed)
        {
            _moves.Add(move);
        }
        else
        {
            Drawn(rect);
        }

        return true;
    }

    private bool TryReadCursor(ref SequenceReader<byte> reader)
    {
        if (!_cursor.TryDecode(ref reader, out CursorShape? shape))
        {
            return false;
        }

        _sink.SetCursor(shape!);
        return true;
    }

    private bool TryReadDesktopSize(ref SequenceReader<byte> reader, RectHeader header)
    {
        if (!ExtendedDesktopSizeRect.TryReadBody(ref reader, header, out ExtendedDesktopSizeRect desktop))
        {
            return false;
        }

        if (desktop.Status == DesktopSizeStatus.Ok || desktop.Reason != DesktopSizeReason.ThisClient)
        {
            Resize(desktop.Size);
            Screens = desktop.Screens;
        }

        return true;
    }

    private bool TryReadName(ref SequenceReader<byte> reader)
    {
        if (!DesktopNameRect.TryReadBody(ref reader, out DesktopNameRect title))
        {
            return false;
        }

        _sink.SetTitle(title.Name);
        return true;
    }

    private bool TryReadLeds(ref SequenceReader<byte> reader, RfbEncoding form)
    {
        if (!LedStateRect.TryReadBody(ref reader, form, out LedStateRect leds))
        {
            return false;
        }

        _sink.SetLeds(leds.Leds);
        return true;
    }

    private void Drawn(Rect rect)
    {
        if (_damage.Count >= MaxListed)
        {
            _damage[^1] = _damage[^1].Union(rect);
        }
        else if (!rect.IsEmpty)
        {
            _damage.Add(rect);
        }
    }

    private void Resize(Size size)
    {
        if (size == Size)
        {
            return;
        }

        RequireValid(size);
        _canvas.Dispose();
        _canvas = new Canvas(_sink.Pool, _sink.Account, size);
        _damage.Clear();
        _moves.Clear();
        IsWhole = false;
    }

    private void Commit()
    {
        if (IsWhole)
        {
            if (_damage.Count > 0 || _moves.Count > 0)
            {
                _sink.Commit(_canvas, CollectionsMarshal.AsSpan(_damage), CollectionsMarshal.AsSpan(_moves));
            }
        }
        else if (_damage.Count > 0)
        {
            IsWhole = true;
            _sink.Commit(_canvas, [Size.Bounds], []);
        }

        _damage.Clear();
        _moves.Clear();
    }

    private static bool IsCursor(RfbEncoding encoding) => encoding is RfbEncoding.Cursor or RfbEncoding.CursorWithAlpha;

    private static void RequireValid(Size size)
    {
        if (!size.IsValid)
        {
            throw new ProtocolException($"a desktop of {size} is not possible");
        }
    }
}
