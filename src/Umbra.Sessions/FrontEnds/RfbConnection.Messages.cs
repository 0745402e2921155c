using Microsoft.Extensions.Logging;
using Umbra.Core.Codecs;
using Umbra.Core.Input;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.FrontEnds;

/// <summary>What the viewer says: kept as wishes for the write loop, under <see cref="_gate"/>.</summary>
public sealed partial class RfbConnection : IClientMessageHandler
{
    /// <summary>Fences a client may have unanswered; more of them, from somebody who does not read, would be a queue.</summary>
    private const int MaxPendingFences = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Fence> _fencesToAnswer = [];
    private Fence? _fenceOverNext;
    private PixelFormat _format = PixelFormat.Bgrx;
    private ClientCapabilities _client = ClientCapabilities.Least;
    private bool _isUpdateWanted;
    private bool _isContinuous;
    private bool _announceContinuous;
    private bool _announceQemuKeys;
    private bool _announceClipboard;
    private bool _sendColourMap;
    private bool _sendEndOfContinuous;
    private bool _sendClipboardText;
    private bool _sendClipboardNotice;
    private bool _requestClipboard;
    private uint _clientClipboardLimit;

    void IClientMessageHandler.OnPixelFormat(PixelFormat format)
    {
        lock (_gate)
        {
            _format = format;
            _sendColourMap = !format.TrueColour;
        }

        ApplyClass();
    }

    void IClientMessageHandler.OnEncodings(ClientCapabilities capabilities)
    {
        lock (_gate)
        {
            _announceContinuous |= capabilities.SupportsContinuousUpdates && !_client.SupportsContinuousUpdates;
            _announceQemuKeys |= capabilities.SupportsQemuKeys && !_client.SupportsQemuKeys;
            _announceClipboard |= capabilities.SupportsExtendedClipboard && !_client.SupportsExtendedClipboard;

            // The client may ask for another size only once it has seen this one.
            _announceSize |= capabilities.SupportsExtendedDesktopSize && !_client.SupportsExtendedDesktopSize;
            _isContinuous &= capabilities.SupportsContinuousUpdates;
            if ((capabilities.SupportsCursor || capabilities.SupportsCursorWithAlpha) && !(_client.SupportsCursor || _client.SupportsCursorWithAlpha))
            {
                _sent = _sent with { Cursor = 0 };
            }

            if (capabilities.SupportsFence != _client.SupportsFence)
            {
                // What is on its way was to be answered in the other manner.
                _inFlight.Clear();
            }

            _client = capabilities;
        }

        _viewer.Picture.SupportsMoves = capabilities.SupportsCopyRect;
        ApplyClass();
        _viewer.Wake();
    }

    void IClientMessageHandler.OnUpdateRequest(FramebufferUpdateRequest request)
    {
        if (!request.IsIncremental)
        {
            _viewer.Picture.Ask(request.Area);
        }

        lock (_gate)
        {
            _isUpdateWanted = true;
            UpdateArrived(isFence: false);
        }

        _viewer.SetReady(true);
        _viewer.Wake();
    }

    void IClientMessageHandler.OnKey(KeyInput key) => _seat.SendKey(key);

    void IClientMessageHandler.OnPointer(PointerInput pointer) => _seat.SendPointer(pointer);

    void IClientMessageHandler.OnCutText(string text) => _seat.SendClipboard(text);

    void IClientMessageHandler.OnExtendedClipboard(ExtendedClipboard message)
    {
        if (message.Action == ClipboardAction.Provide && message.Text is { } text)
        {
            _seat.SendClipboard(text);
            return;
        }

        lock (_gate)
        {
            if (message.IsCaps)
            {
                _clientClipboardLimit = message.TextLimit;
            }

            _requestClipboard |= message.Action == ClipboardAction.Notify && message.HasText && _seat.Mode == AccessMode.Control;
            _sendClipboardText |= message.Action == ClipboardAction.Request && message.HasText;
            _sendClipboardNotice |= message.Action == ClipboardAction.Peek;
        }

        _viewer.Wake();
    }

    void IClientMessageHandler.OnClipboardSkipped(long bytes) =>
        _logger.LogInformation("rfb viewer {Viewer}: clipboard of {Bytes} bytes is over the limit and was passed over", _access.Who, bytes);

    void IClientMessageHandler.OnContinuousUpdates(EnableContinuousUpdates message)
    {
        lock (_gate)
        {
            if (message.IsEnabled && !_client.SupportsContinuousUpdates)
            {
                throw new ProtocolException("continuous updates without fences were not announced");
            }

            _sendEndOfContinuous |= _isContinuous && !message.IsEnabled;
            _isContinuous = message.IsEnabled;
        }

        _viewer.SetReady(true);
        _viewer.Wake();
    }

    void IClientMessageHandler.OnFence(Fence fence)
    {
        if (!fence.IsRequest)
        {
            bool wasFull;
            lock (_gate)
            {
                wasFull = IsFull;
                UpdateArrived(isFence: true);
            }

            // Else the writing loop waits for a picture, not for this.
            if (wasFull)
            {
                _viewer.Wake();
            }
        }
        else if (fence.Flags.HasFlag(FenceFlags.SyncNext))
        {
            _fenceOverNext = fence;
        }
        else
        {
            Answer(fence);
        }
    }

    private void Answer(Fence fence)
    {
        lock (_gate)
        {
            if (_fencesToAnswer.Count == MaxPendingFences)
            {
                throw new ProtocolException($"more than {MaxPendingFences} fences without reading the answers");
            }

            _fencesToAnswer.Enqueue(fence.Answer());
        }

        _viewer.Wake();
    }

    /// <summary>JPEG wants true colour of 16 bits or more (rfbproto, Tight); only the deflating encodings have a level.</summary>
    private void ApplyClass()
    {
        EncodingClass encodingClass;
        lock (_gate)
        {
            bool isTight = _client.PictureEncoding == RfbEncoding.Tight;
            bool isDeflated = isTight || _client.PictureEncoding == RfbEncoding.Zrle;
            bool canBeJpeg = isTight && JpegCodec.IsAvailable && _format is { TrueColour: true, BitsPerPixel: >= 16 };

            // Tight's three-byte pixel is R G B whatever the shifts: such clients share one class.
            PixelFormat format = isTight && _format.HasTightPixel ? PixelFormat.Bgrx : _format;
            encodingClass = new EncodingClass(
                _client.PictureEncoding, format, canBeJpeg ? _client.JpegQuality : -1,
                isDeflated ? Math.Min(_client.CompressLevel, EncodingClass.MaxCompressLevel) : 0);
        }

        _viewer.Picture.SetClass(encodingClass);
    }
}
