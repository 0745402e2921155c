using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Core.Rfb;

/// <summary>
/// Reads what a client sends after the handshake, one message at a time. Of a message over its limit only the head is looked at: the rest
/// is skipped as it comes in, so
/// no more than <see cref="RfbLimits.MaxClipboardBytes"/> and a head ever need to be held.
/// </summary>
public sealed class ClientMessageReader(BufferPool pool, Account account)
{
    private long _skip;

    /// <summary>Reads one message and gives it to <paramref name="handler"/>.</summary>
    /// <returns>True: call again. False: more bytes are needed.</returns>
    /// <exception cref="ProtocolException">The client sent something it must not.</exception>
    public bool TryRead(ref SequenceReader<byte> reader, IClientMessageHandler handler)
    {
        long skipped = Math.Min(_skip, reader.Remaining);
        reader.Advance(skipped);
        _skip -= skipped;
        if (!reader.TryPeek(out byte type))
        {
            return false;
        }

        switch ((ClientMessageType)type)
        {
            case ClientMessageType.SetPixelFormat when SetPixelFormat.TryRead(ref reader, out SetPixelFormat format):
                handler.OnPixelFormat(format.Format);
                return true;
            case ClientMessageType.FramebufferUpdateRequest
                when FramebufferUpdateRequest.TryRead(ref reader, out FramebufferUpdateRequest request):
                handler.OnUpdateRequest(request);
                return true;
            case ClientMessageType.KeyEvent when KeyEvent.TryRead(ref reader, out KeyEvent key):
                handler.OnKey(key.Input);
                return true;
            case ClientMessageType.PointerEvent when PointerEvent.TryRead(ref reader, out PointerEvent pointer):
                handler.OnPointer(pointer.Input);
                return true;
            case ClientMessageType.EnableContinuousUpdates
                when EnableContinuousUpdates.TryRead(ref reader, out EnableContinuousUpdates updates):
                handler.OnContinuousUpdates(updates);
                return true;
            case ClientMessageType.ClientFence when Fence.TryRead(ref reader, out Fence fence):
                handler.OnFence(fence);
                return true;
            case ClientMessageType.SetDesktopSize when SetDesktopSize.TryRead(ref reader, out SetDesktopSize desktop):
                handler.OnDesktopSize(desktop);
                return true;
            case ClientMessageType.Qemu when QemuKeyEvent.TryRead(ref reader, out QemuKeyEvent qemuKey):
                handler.OnKey(qemuKey.Input);
                return true;
            case ClientMessageType.SetEncodings:
                return TryReadEncodings(ref reader, handler);
            case ClientMessageType.ClientCutText:
                return TryReadCutText(ref reader, handler);
            default:
                return Enum.IsDefined((ClientMessageType)type) ? false : throw new ProtocolException($"unknown client message type {type}");
        }
    }

    private bool TryReadEncodings(ref SequenceReader<byte> reader, IClientMessageHandler handler)
    {
        if (!SetEncodings.TryRead(ref reader, out ClientCapabilities capabilities, out int bytesToSkip))
        {
            return false;
        }

        _skip = bytesToSkip;
        handler.OnEncodings(capabilities);
        return true;
    }

    private bool TryReadCutText(ref SequenceReader<byte> reader, IClientMessageHandler handler)
    {
        if (!CutText.TryRead(ref reader, pool, account, out string? text, out ExtendedClipboard? extended, out _skip))
        {
            return false;
        }

        if (text is not null)
        {
            handler.OnCutText(text);
        }
        else if (extended is { } message)
        {
            handler.OnExtendedClipboard(message);
        }
        else
        {
            handler.OnClipboardSkipped(_skip);
        }

        return true;
    }
}
