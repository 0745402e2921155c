using System.Threading.Channels;
using Umbra.Core.Input;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// One connection that has been let in: a loop that reads what the server says, one that reads the screen when something was drawn and somebody wants it, one for
/// input, and one for the clipboard and sizes. The first of them to end ends all.
/// </summary>
internal sealed class X11Session : IDisposable
{
    private const byte MappingNotify = 34;

    /// <summary>A server that stands still must not keep us from leaving.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly XConnection _connection;
    private readonly ISourceSink _sink;
    private readonly X11SourceOptions _options;
    private readonly Func<CancellationToken, Task<XConnection>> _connect;
    private readonly Refreshes _refreshes;
    private readonly InputQueue _input = new();
    private readonly Signal _drawn = new();
    private readonly Signal _typed = new();
    private readonly Signal _changed = new();
    private readonly Channel<XSelectionEvent> _selections = Channel.CreateBounded<XSelectionEvent>(
        new BoundedChannelOptions(XLimits.MaxEvents) { FullMode = BoundedChannelFullMode.DropWrite });
    private X11Extensions? _extensions;
    private X11Picture? _picture;
    private XKeyboard? _keyboard;
    private XPointer? _pointer;
    private XClipboard? _clipboard;
    private Size? _wantedSize;
    private string? _offered;
    private byte _locked;
    private bool _isRefreshAsked;
    private bool _isCursorNew = true;
    private bool _isLockNew = true;
    private readonly Lock _gate = new();

    /// <param name="connect">Makes another connection to the same server.</param>
    public X11Session(XConnection connection, ISourceSink sink, X11SourceOptions options, Func<CancellationToken, Task<XConnection>> connect)
    {
        (_connection, _sink, _options, _connect) = (connection, sink, options, connect);
        _refreshes = new Refreshes(AskRefresh);
    }

    /// <summary>Whether pixels come through memory shared with the server; known from the first picture on.</summary>
    public bool IsShared => _picture?.IsShared ?? false;

    public Task<bool> RefreshAsync() => _refreshes.AskAsync();

    public void SendKey(KeyInput key)
    {
        _input.AddKey(key);
        _typed.Set();
    }

    public void SendPointer(PointerInput pointer)
    {
        _input.AddPointer(pointer);
        _typed.Set();
    }

    public void SendClipboard(string text)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(text) <= RfbLimits.MaxClipboardBytes)
        {
            Volatile.Write(ref _offered, text);
            _changed.Set();
        }
    }

    /// <returns>False where the server's screen stays as it is.</returns>
    public bool RequestSize(Size size)
    {
        if (Volatile.Read(ref _extensions)?.Randr?.Allows(size) != true)
        {
            return false;
        }

        lock (_gate)
        {
            _wantedSize = size;
        }

        _changed.Set();
        return true;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource hangingUp = new();
        Task reading = _connection.RunAsync(OnEvent, hangingUp.Token);
        Task working = WorkAsync(ending.Token);
        Task first = await Task.WhenAny(reading, working, Task.Delay(Timeout.Infinite, ending.Token));
        await ending.CancelAsync();
        await Task.WhenAny(working, Task.Delay(Farewell, CancellationToken.None));
        await hangingUp.CancelAsync();
        await Task.WhenAll(reading, working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        await (reading.IsFaulted ? reading : first);
    }

    public void Dispose()
    {
        _refreshes.Lost();
        _picture?.Dispose();
        _clipboard?.Dispose();
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        X11Extensions extensions = await X11Extensions.OpenAsync(_connection);
        _clipboard = new XClipboard(_connection, _sink, await XAtoms.InternAsync(_connection), extensions.Fixes);
        _picture = new X11Picture(_connection, _sink, extensions.Damage, extensions.Fixes, extensions.Shm);
        _keyboard = new XKeyboard(_connection, extensions.Xkb, extensions.Test, repeats: _options.IsOurs);
        _pointer = new XPointer(extensions.Test);
        extensions.Fixes.WatchCursor(_connection.Setup.Root);
        extensions.Randr?.Watch();
        extensions.Xkb.Watch();
        if (_options.IsOurs)
        {
            _keyboard.StopServersRepeat();
        }

        _locked = (await extensions.Xkb.ReadStateAsync()).LockedMods;
        Volatile.Write(ref _extensions, extensions);
        await _clipboard.ReadAsync();
        _drawn.Set();
        _typed.Set();
        _changed.Set();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops = [WatchAsync(extensions, ending.Token), TypeAsync(ending.Token), FollowAsync(extensions, ending.Token)];
        Task first = await Task.WhenAny(loops);
        await ending.CancelAsync();
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    /// <summary>The screen's pixels and the cursor, which moves by itself in some themes.</summary>
    private async Task WatchAsync(X11Extensions extensions, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _drawn.WaitAsync(cancellationToken);
            if (_picture!.IsWhole)
            {
                await _sink.WaitForDemandAsync(cancellationToken);
            }

            // Who asks from here on may mean something that is drawn from here on.
            bool isAsked = Interlocked.Exchange(ref _isRefreshAsked, false);
            if (Interlocked.Exchange(ref _isCursorNew, false))
            {
                await ShowCursorAsync(extensions.Fixes, cancellationToken);
            }

            await _picture.UpdateAsync();
            if (isAsked)
            {
                _refreshes.Answered();
            }
        }
    }

    /// <summary>
    /// Servers with the SECURITY extension show nobody a cursor whose owner has gone, as is usual for the one of the background, until another client has got the
    /// owner's place. That is the first free one, so we take it for a moment.
    /// </summary>
    private async Task ShowCursorAsync(XFixes fixes, CancellationToken cancellationToken)
    {
        List<XConnection> standIns = [];
        try
        {
            XReply cursor = await fixes.AskCursorAsync();
            while (cursor.Error is { Code: XError.BadAccess } && standIns.Count < XLimits.MaxStandIns)
            {
                standIns.Add(await _connect(cancellationToken));
                cursor = await fixes.AskCursorAsync();
            }

            using (cursor)
            {
                if (XCursor.From(cursor, _sink.Pool, _sink.Account) is { } shape)
                {
                    _sink.SetCursor(shape);
                }
            }
        }
        finally
        {
            foreach (XConnection standIn in standIns)
            {
                await standIn.DisposeAsync();
            }
        }
    }

    /// <summary>Keys and the pointer, at the server's speed; locked modifiers the other way.</summary>
    private async Task TypeAsync(CancellationToken cancellationToken)
    {
        List<InputEvent> events = [];
        try
        {
            while (true)
            {
                await _typed.WaitAsync(cancellationToken);
                if (Interlocked.Exchange(ref _isLockNew, false))
                {
                    _sink.SetLeds(await _keyboard!.LedsOfAsync(Volatile.Read(ref _locked)));
                }

                _input.TakeAll(events);
                foreach (InputEvent input in events)
                {
                    if (input.Key is { } key)
                    {
                        await _keyboard!.SendAsync(key);
                    }
                    else
                    {
                        _pointer!.Send(input.Pointer);
                    }
                }

                if (events.Count > 0)
                {
                    events.Clear();
                    await _connection.SyncAsync();
                }
            }
        }
        finally
        {
            _pointer!.LetGo();
            _keyboard!.LetGo();
            await _connection.SyncAsync();
        }
    }

    /// <summary>Everything else.</summary>
    private async Task FollowAsync(X11Extensions extensions, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.WaitAsync(cancellationToken);
            if (Interlocked.Exchange(ref _offered, null) is { } text)
            {
                await _clipboard!.OfferAsync(text);
            }

            while (_selections.Reader.TryRead(out XSelectionEvent selection))
            {
                await _clipboard!.HandleAsync(selection);
            }

            if (TakeWantedSize() is { } size)
            {
                await extensions.Randr!.ResizeAsync(size, _options.IsOurs);
            }
        }
    }

    private Size? TakeWantedSize()
    {
        lock (_gate)
        {
            Size? size = _wantedSize;
            _wantedSize = null;
            return size;
        }
    }

    private void AskRefresh()
    {
        Volatile.Write(ref _isRefreshAsked, true);
        _drawn.Set();
    }

    private void OnEvent(ReadOnlySpan<byte> content)
    {
        if (_extensions is not { } extensions)
        {
            // What is watched is read once everything is watched.
            return;
        }

        byte type = (byte)(content[0] & 0x7F);
        if (type == extensions.Damage.Notify)
        {
            _drawn.Set();
        }
        else if (type == extensions.Randr?.ScreenChangeNotify)
        {
            _picture!.SizeChanged();
            _drawn.Set();
        }
        else if (type == extensions.Fixes.CursorNotify)
        {
            Volatile.Write(ref _isCursorNew, true);
            _drawn.Set();
        }
        else if (type == extensions.Xkb.Event)
        {
            OnKeyboardEvent(content);
        }
        else if (type == MappingNotify)
        {
            _keyboard!.MapChanged();
        }
        else if (XSelectionEvent.From(content, extensions.Fixes.SelectionNotify) is { } selection && _selections.Writer.TryWrite(selection))
        {
            _changed.Set();
        }
    }

    private void OnKeyboardEvent(ReadOnlySpan<byte> content)
    {
        switch (content[1])
        {
            case Xkb.NewKeyboardNotify or Xkb.MapNotify:
                _keyboard!.MapChanged();
                break;
            case Xkb.StateNotify when content[12] != Volatile.Read(ref _locked):
                Volatile.Write(ref _locked, content[12]);
                Volatile.Write(ref _isLockNew, true);
                _typed.Set();
                break;
            case Xkb.BellNotify:
                _sink.Bell();
                break;
            default:
                break;
        }
    }
}
