using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Umbra.Core.Input;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>
/// One connection after its handshake: a loop that reads, one that writes, and one that asks for the next picture when the last has come and somebody wants
/// it. The first of them to end ends all.
/// </summary>
internal sealed class RfbSession : IServerMessageHandler, IDisposable
{
    private readonly RfbConnection _connection;
    private readonly ISourceSink _sink;
    private readonly RfbOutbox _outbox;
    private readonly RfbPicture _picture;
    private readonly ServerMessageReader _messages;
    private readonly Refreshes _refreshes;
    private readonly Channel<bool> _updates = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ExtendedClipboard? _clipboardCaps;
    private string? _offered;

    public RfbSession(RfbConnection connection, ISourceSink sink, Size size)
    {
        (_connection, _sink) = (connection, sink);
        _outbox = new RfbOutbox(sink.Pool, sink.Account);
        _picture = new RfbPicture(sink, size);
        _messages = new ServerMessageReader(sink.Pool, sink.Account);
        _refreshes = new Refreshes(() => _outbox.AddProbe(_picture.Size));
    }

    public Task<bool> RefreshAsync() => _refreshes.AskAsync();

    public void SendKey(KeyInput key) => _outbox.AddKey(key);

    public void SendPointer(PointerInput pointer) => _outbox.AddPointer(pointer);

    /// <summary>In the extended form where the server has it: at once if it takes that much unasked, else when it asks.</summary>
    public void SendClipboard(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > RfbLimits.MaxClipboardBytes)
        {
            return;
        }

        if (_clipboardCaps is not { } caps)
        {
            _outbox.Add(new ClientCutText(text.ReplaceLineEndings("\n")));
            return;
        }

        Volatile.Write(ref _offered, text);
        _outbox.Add(caps.Action.HasFlag(ClipboardAction.Provide) && bytes <= caps.TextLimit
            ? ExtendedClipboard.Provide(text)
            : ExtendedClipboard.Notify(hasText: true));
    }

    /// <returns>False before the server has said that it can.</returns>
    public bool RequestSize(Size size)
    {
        if (_picture.Screens is not { } screens || !size.IsValid)
        {
            return false;
        }

        // The first screen keeps its name; the others go, as their places mean nothing in another size.
        Screen first = screens.Count > 0 ? screens[0] with { Area = size.Bounds } : Screen.Single(size);
        _outbox.Add(new SetDesktopSize(size, [first]));
        return true;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _outbox.Add(new FramebufferUpdateRequest(IsIncremental: false, _picture.Size.Bounds));
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops = [ReadAsync(ending.Token), WriteAsync(ending.Token), AskAsync(ending.Token)];
        Task first = await Task.WhenAny(loops);
        await ending.CancelAsync();
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    public void Dispose()
    {
        _refreshes.Lost();
        _picture.Dispose();
    }

    void IServerMessageHandler.OnUpdate(FramebufferUpdate update) => _picture.Begin(update);

    void IServerMessageHandler.OnBell() => _sink.Bell();

    void IServerMessageHandler.OnCutText(string text) => Offer(text);

    void IServerMessageHandler.OnClipboardSkipped(long bytes)
    {
    }

    void IServerMessageHandler.OnEndOfContinuousUpdates()
    {
    }

    void IServerMessageHandler.OnFence(Fence fence)
    {
        // Messages are dealt with one after the other, so whatever the fence blocks has been dealt with.
        if (fence.IsRequest)
        {
            _outbox.Add(fence.Answer());
        }
    }

    void IServerMessageHandler.OnExtendedClipboard(ExtendedClipboard message)
    {
        if (message.IsCaps)
        {
            _clipboardCaps = message;
            _outbox.Add(ExtendedClipboard.Caps);
        }
        else if (message.Action == ClipboardAction.Notify && message.HasText)
        {
            _outbox.Add(ExtendedClipboard.Request);
        }
        else if (message is { Action: ClipboardAction.Provide, Text: { } text })
        {
            Offer(text);
        }
        else if (message.Action == ClipboardAction.Peek)
        {
            _outbox.Add(ExtendedClipboard.Notify(Volatile.Read(ref _offered) is not null));
        }
        else if (message is { Action: ClipboardAction.Request, HasText: true } && Volatile.Read(ref _offered) is { } offered)
        {
            _outbox.Add(ExtendedClipboard.Provide(offered));
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await _connection.Input.ReadAsync(cancellationToken);
            Take(result.Buffer);
            if (result.IsCompleted)
            {
                throw new RfbSourceException("the vnc server closed the connection");
            }
        }
    }

    private void Take(ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        while (true)
        {
            if (!_picture.IsInUpdate)
            {
                if (!_messages.TryRead(ref reader, this))
                {
                    break;
                }
            }
            else if (!_picture.TryRead(ref reader))
            {
                break;
            }
            else
            {
                _outbox.HasQemuKeys = _picture.HasQemuKeys;
                _updates.Writer.TryWrite(true);
                if (_picture.HasDrawnProbe)
                {
                    _refreshes.Answered();
                }
            }
        }

        _connection.Input.AdvanceTo(reader.Position, buffer.End);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _outbox.WaitAsync(cancellationToken);
            _outbox.Drain(_connection.Output);
            FlushResult result = await _connection.Output.FlushAsync(cancellationToken);
            if (result.IsCompleted)
            {
                throw new RfbSourceException("the vnc server closed the connection");
            }
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _updates.Reader.ReadAsync(cancellationToken);
            if (_picture.IsWhole)
            {
                await _sink.WaitForDemandAsync(cancellationToken);
            }

            // Incremental also when the size is new: the server then owes the whole picture, and some answer a full request with a size
            // alone, again and again.
            _outbox.Add(new FramebufferUpdateRequest(IsIncremental: true, _picture.Size.Bounds));
        }
    }

    private void Offer(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= RfbLimits.MaxClipboardBytes)
        {
            _sink.SetClipboard(text);
        }
    }
}
