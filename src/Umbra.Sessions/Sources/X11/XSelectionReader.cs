using System.Text;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// Fetches the text of one selection (ICCCM, 2: peer-to-peer communication by means of selections) from whoever has it: at once or in increments, as UTF-8 or, if
/// the owner has no such thing, as Latin-1. A text longer than the limit is not stored; its owner is let through to the end all the same. Used by one task.
/// </summary>
internal sealed class XSelectionReader(
    XConnection connection, uint window, uint selection, uint property, XAtoms atoms, ISourceSink sink) : IDisposable
{
    private PayloadWriter? _text;
    private uint _target;
    private uint _time;
    private bool _isInIncrements;
    private bool _isTooLong;

    public uint Property => property;

    public void OwnerChanged(uint owner, uint time)
    {
        Reset();
        if (owner != 0 && owner != window)
        {
            _time = time;
            Ask(atoms.Utf8);
        }
    }

    public async Task ConvertedAsync(uint target, uint where)
    {
        if (target != _target)
        {
            return;
        }

        if (where == 0)
        {
            if (target == atoms.Utf8)
            {
                Ask(XAtoms.Latin1);
            }

            return;
        }

        using XReply reply = await ReadAsync();
        if (reply.Error is null && TypeOf(reply) == atoms.Increments)
        {
            // It begins when we have deleted this one, as we just did. It says at least how long the text is.
            _isInIncrements = true;
            _isTooLong = reply.Body.Length >= sizeof(uint) && BitConverter.ToUInt32(reply.Body) > RfbLimits.MaxClipboardBytes;
            return;
        }

        Add(reply);
        Finish();
    }

    /// <summary>An increment, if one is awaited.</summary>
    public async Task ChangedAsync()
    {
        if (!_isInIncrements)
        {
            return;
        }

        using XReply reply = await (_isTooLong ? DropAsync() : ReadAsync());
        bool isLast = reply.Error is null && reply.Body.IsEmpty && BytesAfter(reply) == 0;
        if (!isLast)
        {
            Add(reply);
        }
        else
        {
            Finish();
        }
    }

    public void Dispose() => Reset();

    private static uint TypeOf(XReply reply) => reply.U32(8);

    private static uint BytesAfter(XReply reply) => reply.U32(12);

    private static uint LengthOf(XReply reply) => reply.U32(16);

    private void Ask(uint target)
    {
        _target = target;
        connection.Send(XOpcode.ConvertSelection, 0, [window, selection, target, property, _time]);
    }

    /// <summary>Reads the property and deletes it.</summary>
    private async Task<XReply> ReadAsync()
    {
        XReply reply = await connection.AskNowAsync(
            XOpcode.GetProperty, 1, [window, property, 0, 0, (RfbLimits.MaxClipboardBytes / 4) + 1], maxReply: RfbLimits.MaxClipboardBytes + 4);
        if (reply.Error is not null || BytesAfter(reply) != 0)
        {
            connection.Send(XOpcode.DeleteProperty, 0, [window, property]);
        }

        return reply;
    }

    /// <summary>Deletes the property, and says no more than how long it was.</summary>
    private Task<XReply> DropAsync()
    {
        Task<XReply> length = connection.Ask(XOpcode.GetProperty, 0, [window, property, 0, 0, 0]);
        connection.Send(XOpcode.DeleteProperty, 0, [window, property]);
        return FlushAsync(length);
    }

    private async Task<XReply> FlushAsync(Task<XReply> asked)
    {
        await connection.FlushAsync();
        return await asked;
    }

    private void Add(XReply reply)
    {
        int length = (int)Math.Min(LengthOf(reply), reply.Body.Length);
        _isTooLong |= reply.Error is not null || BytesAfter(reply) != 0 || (_text?.Length ?? 0) + length > RfbLimits.MaxClipboardBytes;
        if (_isTooLong)
        {
            _text?.Dispose();
            _text = null;
        }
        else if (length > 0)
        {
            _text ??= new PayloadWriter(sink.Pool, BufferTag.Clipboard, sink.Account);
            reply.Body[..length].CopyTo(_text.GetSpan(length));
            _text.Advance(length);
        }
    }

    private void Finish()
    {
        if (_text is not null)
        {
            string text = (_target == atoms.Utf8 ? Encoding.UTF8 : Encoding.Latin1).GetString(_text.Written).TrimEnd('\0');
            if (Encoding.UTF8.GetByteCount(text) <= RfbLimits.MaxClipboardBytes)
            {
                sink.SetClipboard(text);
            }
        }

        Reset();
    }

    private void Reset()
    {
        _text?.Dispose();
        (_text, _isInIncrements, _isTooLong, _target) = (null, false, false, 0);
    }
}
