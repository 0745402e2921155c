using System.Text;
using Umbra.Core.Memory;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// The clipboard, and the primary selection, which is the clipboard of programs that have no other. Texts of programs go to the sink; a text that is offered is
/// given to whoever asks for it. Used by one task.
/// </summary>
internal sealed class XClipboard : IDisposable
{
    private const int InputOnly = 2;
    private const uint EventMask = 0x800;
    private const uint PropertyChange = 0x400000;
    private const int Replace = 0;
    private const int Append = 2;
    private const byte SelectionNotify = 31;
    private readonly XConnection _connection;
    private readonly ISourceSink _sink;
    private readonly XAtoms _atoms;
    private readonly uint _window;
    private readonly XSelectionReader _clipboard;
    private readonly XSelectionReader _primary;
    private string? _offered;

    public XClipboard(XConnection connection, ISourceSink sink, XAtoms atoms, XFixes fixes)
    {
        (_connection, _sink, _atoms, _window) = (connection, sink, atoms, connection.NewId());
        connection.Send(
            XOpcode.CreateWindow, 0, [_window, connection.Setup.Root, 0, XWords.Pair(1, 1), XWords.Pair(0, InputOnly), 0, EventMask, PropertyChange]);
        fixes.WatchSelection(_window, atoms.Clipboard);
        fixes.WatchSelection(_window, XAtoms.Primary);
        _clipboard = new XSelectionReader(connection, _window, atoms.Clipboard, atoms.ClipboardProperty, atoms, sink);
        _primary = new XSelectionReader(connection, _window, XAtoms.Primary, atoms.PrimaryProperty, atoms, sink);
    }

    /// <summary>Fetches what the clipboard holds now.</summary>
    public async Task ReadAsync()
    {
        using XReply owner = (await _connection.AskNowAsync(XOpcode.GetSelectionOwner, 0, [_atoms.Clipboard])).OrThrow("say who has its clipboard");
        _clipboard.OwnerChanged(owner.U32(8), 0);
        await _connection.FlushAsync();
    }

    /// <summary>Makes a text what programs paste.</summary>
    public async Task OfferAsync(string text)
    {
        _offered = text.ReplaceLineEndings("\n");
        _connection.Send(XOpcode.SetSelectionOwner, 0, [_window, _atoms.Clipboard, 0]);
        _connection.Send(XOpcode.SetSelectionOwner, 0, [_window, XAtoms.Primary, 0]);
        await _connection.FlushAsync();
    }

    public async Task HandleAsync(XSelectionEvent change)
    {
        switch (change.Kind)
        {
            case XSelectionEventKind.Owner:
                ReaderOf(change.Name).OwnerChanged(change.Window, change.Time);
                break;
            case XSelectionEventKind.Converted:
                await ReaderOf(change.Name).ConvertedAsync(change.Target, change.Property);
                break;
            case XSelectionEventKind.Request:
                Give(change);
                break;
            case XSelectionEventKind.Property when change.Window == _window && change.Name == _clipboard.Property:
                await _clipboard.ChangedAsync();
                break;
            case XSelectionEventKind.Property when change.Window == _window && change.Name == _primary.Property:
                await _primary.ChangedAsync();
                break;
            default:
                break;
        }

        await _connection.FlushAsync();
    }

    public void Dispose()
    {
        _clipboard.Dispose();
        _primary.Dispose();
    }

    private XSelectionReader ReaderOf(uint selection) => selection == XAtoms.Primary ? _primary : _clipboard;

    private void Give(XSelectionEvent request)
    {
        // Old clients name no property and mean one with the target's name.
        uint property = request.Property != 0 ? request.Property : request.Target;
        if (_offered is null)
        {
            property = 0;
        }
        else if (request.Target == _atoms.Targets)
        {
            uint[] targets = [_atoms.Targets, _atoms.Utf8, _atoms.Utf8Mime, _atoms.Text, XAtoms.Latin1];
            _connection.Send(
                XOpcode.ChangeProperty, Replace, [request.Window, property, XAtoms.Atom, 32, (uint)targets.Length, .. targets]);
        }
        else if (request.Target == XAtoms.Latin1)
        {
            Put(request.Window, property, XAtoms.Latin1, Encoding.Latin1, _offered);
        }
        else if (request.Target == _atoms.Utf8 || request.Target == _atoms.Utf8Mime || request.Target == _atoms.Text)
        {
            Put(request.Window, property, request.Target == _atoms.Text ? _atoms.Utf8 : request.Target, Encoding.UTF8, _offered);
        }
        else
        {
            property = 0;
        }

        _connection.Send(
            XOpcode.SendEvent, 0, [request.Window, 0, SelectionNotify, request.Time, request.Window, request.Name, request.Target, property, 0, 0]);
    }

    /// <summary>In pieces that any server takes.</summary>
    private void Put(uint window, uint property, uint type, Encoding encoding, string text)
    {
        using Lease bytes = _sink.Pool.Rent(Math.Max(1, encoding.GetByteCount(text)), BufferTag.Clipboard, _sink.Account);
        ReadOnlySpan<byte> rest = bytes.Span[..encoding.GetBytes(text, bytes.Span)];
        int mode = Replace;
        do
        {
            ReadOnlySpan<byte> piece = rest[..Math.Min(rest.Length, XLimits.MaxPropertyBytes)];
            _connection.Send(XOpcode.ChangeProperty, mode, [window, property, type, 8, (uint)piece.Length], piece);
            rest = rest[piece.Length..];
            mode = Append;
        }
        while (!rest.IsEmpty);
    }
}
