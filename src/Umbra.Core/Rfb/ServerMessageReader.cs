using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Core.Rfb;

/// <summary>
/// Reads what a server sends after the handshake, one message at a time, except for the rectangles of an update. Colour maps are skipped:
/// we ask for true colour. So is
/// the rest of a message over its limit.
/// </summary>
public sealed class ServerMessageReader(BufferPool pool, Account account)
{
    private long _skip;

    /// <summary>Reads one message and gives it to <paramref name="handler"/>.</summary>
    /// <returns>True: call again, after the rectangles if an update began. False: more bytes are needed.</returns>
    /// <exception cref="ProtocolException">The server sent something it must not.</exception>
    public bool TryRead(ref SequenceReader<byte> reader, IServerMessageHandler handler)
    {
        long skipped = Math.Min(_skip, reader.Remaining);
        reader.Advance(skipped);
        _skip -= skipped;
        if (!reader.TryPeek(out byte type))
        {
            return false;
        }

        switch ((ServerMessageType)type)
        {
            case ServerMessageType.FramebufferUpdate when FramebufferUpdate.TryRead(ref reader, out FramebufferUpdate update):
                handler.OnUpdate(update);
                return true;
            case ServerMessageType.SetColourMapEntries when SetColourMapEntries.TryReadHeader(ref reader, out SetColourMapEntries colours):
                _skip = colours.BodySize;
                return true;
            case ServerMessageType.Bell:
                reader.Advance(1);
                handler.OnBell();
                return true;
            case ServerMessageType.ServerCutText:
                return TryReadCutText(ref reader, handler);
            case ServerMessageType.EndOfContinuousUpdates:
                reader.Advance(1);
                handler.OnEndOfContinuousUpdates();
                return true;
            case ServerMessageType.ServerFence when Fence.TryRead(ref reader, out Fence fence):
                handler.OnFence(fence);
                return true;
            default:
                return Enum.IsDefined((ServerMessageType)type) ? false : throw new ProtocolException($"unknown server message type {type}");
        }
    }

    private bool TryReadCutText(ref SequenceReader<byte> reader, IServerMessageHandler handler)
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
