using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Umbra.Core.Input;
using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Nodes;
using Umbra.Sessions.Sources;

namespace Umbra.Sessions.Shadowing;

/// <summary>Opens a connection to a target node, over its transport and inside TLS; disposing closes it.</summary>
public delegate Task<LinkConnection> LinkConnector(CancellationToken cancellationToken);

/// <summary>An open, authenticated connection to another node.</summary>
/// <param name="Superseded">Cancelled when there is a better one to go on with, which connecting again gives.</param>
public sealed record LinkConnection(IDuplexPipe Pipe, string Peer, IAsyncDisposable Owner, CancellationToken Superseded = default) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Owner.DisposeAsync();
}

/// <summary>
/// The near node's end of a link: the source of a session whose real home is another node. All shadowers of that session here share it.
/// Pictures are asked for with credits, and only while somebody here is ready for one; their bytes are passed on untouched to viewers of the same class.
/// </summary>
public sealed class LinkSource : ISessionSource
{
    public const string KindName = "link";

    /// <summary>Pictures on the way at once: enough to fill a wire with a round trip of a few frames, and all a stuck near node can cost.</summary>
    private const int CreditWindow = 3;

    private readonly string _session;
    private readonly string _node;
    private readonly string _targetNode;
    private readonly LinkConnector _connect;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Refreshes _refreshes;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, LinkShadow> _shadows = [];
    private LinkChannel? _channel;
    private LinkFormat _format = new(-1, 1);
    private uint _lastId;
    private bool _isOpened;

    /// <param name="session">Its name on the target node.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="targetNode">Where the session is.</param>
    public LinkSource(string session, string node, string targetNode, LinkConnector connect, TimeProvider time, ILogger logger)
    {
        _session = session;
        _node = node;
        _targetNode = targetNode;
        _connect = connect;
        _time = time;
        _logger = logger;
        _refreshes = new Refreshes(() => Send(LinkRefresh.Write));
    }

    public string Kind => KindName;

    /// <summary>The target node answers, and the session is open on the link.</summary>
    public bool IsOpened => Volatile.Read(ref _isOpened);

    /// <summary>The nodes that pictures pass before they are here, the session's own first; what the target node said when it opened the session last.</summary>
    public IReadOnlyList<string> Path { get; private set; } = [];

    /// <summary>What the target node says of its own source, where that is lost; empty otherwise.</summary>
    public string Notice { get; private set; } = "";

    /// <summary>All shadowers here have been told to go.</summary>
    public bool IsShed { get; private set; }

    /// <summary>Registers a shadower and asks the target node. Completes with its answer; waits while the target node cannot be reached.</summary>
    public LinkShadow Attach(AccessMode mode, string user, string reason, string address)
    {
        lock (_gate)
        {
            LinkShadow shadow = new(this, ++_lastId, mode, user, reason, address);
            _shadows.Add(shadow.Id, shadow);
            _ = AskLocked(shadow, mode);
            return shadow;
        }
    }

    /// <summary>What the viewers here want: lossless if any of them does, else the best JPEG quality asked for.</summary>
    private void SetFormat(LinkFormat format)
    {
        lock (_gate)
        {
            if (format != _format)
            {
                _format = format;
                _channel?.Post(format.Write);
            }
        }
    }

    public async Task RunAsync(ISourceSink sink, CancellationToken cancellationToken)
    {
        await using LinkConnection connection = await _connect(cancellationToken);
        using Account account = sink.Account.Open($"link to {_targetNode}");
        Signal posted = new();
        using CancellationTokenSource closing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Superseded);
        // The session's account: the newest picture's bytes are what its viewers are sent, also when the link is gone.
        using LinkChannel channel = new(connection.Pipe, sink.Pool, BufferTag.PassthruStack, sink.Account, posted.Set);
        using LinkPictures pictures = new(sink, account);
        try
        {
            channel.Post(new LinkHello(LinkHello.CurrentVersion, _node).Write);
            channel.Post(new LinkOpen(_session).Write);
            pictures.AddCredits(CreditWindow);
            channel.Post(new LinkCredit(0, CreditWindow).Write);
            Task[] loops =
            [
                channel.ReadAsync(frame => HandleAsync(channel, pictures, sink, frame), _time, closing.Token),
                WriteAsync(channel, posted, closing.Token),
                GiveCreditsAsync(channel, pictures, sink, closing.Token),
            ];
            try
            {
                await await Task.WhenAny(loops);
            }
            finally
            {
                await closing.CancelAsync();
                await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException) when (connection.Superseded.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SourceMovedException();
        }
        catch (ProtocolException exception) when (IsOpened)
        {
            await TellAsync(channel, exception.Message);
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _channel = null;
                _isOpened = false;
            }

            All().ForEach(shadow => shadow.LinkLost());
            _refreshes.Lost();
        }

        throw new IOException($"{_targetNode} closed the link");
    }

    /// <summary>Over a second node nobody controls; see the target's rule one-hop-control.</summary>
    public void SendKey(KeyInput key)
    {
    }

    public void SendPointer(PointerInput pointer)
    {
    }

    public void SendClipboard(string text)
    {
    }

    public bool RequestSize(Size size) => false;

    public Task<bool> RefreshAsync() => IsOpened ? _refreshes.AskAsync() : Task.FromResult(false);

    /// <summary>Memory is short here: ends all shadows over this link.</summary>
    public void Shed(string reason)
    {
        IsShed = true;
        All().ForEach(shadow => shadow.End(LinkReason.Shed, "", reason));
    }

    public ValueTask DisposeAsync()
    {
        All().ForEach(shadow => shadow.End(LinkReason.SessionEnded, "", "the link was closed"));
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends for a shadower; dropped while the link is down, because input that arrives later would surprise.</summary>
    internal void Send(Action<IBufferWriter<byte>> message)
    {
        lock (_gate)
        {
            if (_isOpened)
            {
                _channel?.Post(message);
            }
        }
    }

    /// <summary>Asks the target node for a mode; the answer is at once no while it cannot be reached.</summary>
    internal Task<Decision> Ask(LinkShadow shadow, AccessMode wanted)
    {
        lock (_gate)
        {
            return AskLocked(shadow, wanted);
        }
    }

    internal void Detach(LinkShadow shadow)
    {
        lock (_gate)
        {
            _shadows.Remove(shadow.Id);
        }

        Send(new LinkDetach(shadow.Id).Write);
    }

    /// <summary>Why the link is cut, for the target's log.</summary>
    private async Task TellAsync(LinkChannel channel, string why)
    {
        using CancellationTokenSource patience = new(Farewell.Time, _time);
        channel.Post(new LinkClose(LinkReason.ProtocolError, why).Write);
        Task sending = channel.SendPostedAsync(patience.Token).AsTask();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync(LinkChannel channel, Signal posted, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (true)
        {
            if (!await channel.SendPostedAsync(cancellationToken) && !await posted.WaitAsync(LinkChannel.PingInterval, _time, cancellationToken))
            {
                channel.Post(new LinkPing(0).Write);
            }
        }
    }

    /// <summary>One credit for every picture that is on the surface here and that somebody has taken.</summary>
    private async Task GiveCreditsAsync(LinkChannel channel, LinkPictures pictures, ISourceSink sink, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (true)
        {
            await pictures.WaitForPictureAsync(cancellationToken);
            await sink.WaitForDemandAsync(cancellationToken);
            SetFormat(new LinkFormat(sink.Wish.JpegQuality, sink.Wish.CompressLevel));
            pictures.AddCredits(1);
            channel.Post(new LinkCredit(pictures.LastCommit, 1).Write);
        }
    }

    private Task<Decision> AskLocked(LinkShadow shadow, AccessMode wanted)
    {
        if (!_isOpened || shadow.Asking(wanted) is not { } answer)
        {
            return LinkShadow.NotAsked();
        }

        _channel!.Post(new LinkAttach(shadow.Id, wanted.ToShadowMode(), shadow.User, shadow.Reason, shadow.Address).Write);
        return answer;
    }

    private ValueTask HandleAsync(LinkChannel channel, LinkPictures pictures, ISourceSink sink, LinkFrame frame)
    {
        switch (frame.Type)
        {
            case LinkMessageType.Picture:
                return pictures.ShowAsync(frame.Picture);
            case LinkMessageType.Hello:
                Greet(LinkHello.Read(frame.Payload));
                break;
            case LinkMessageType.Opened:
                Opened(channel, LinkOpened.Read(frame.Payload), sink);
                break;
            case LinkMessageType.Attached:
                LinkAttached attached = LinkAttached.Read(frame.Payload);
                Find(attached.ShadowId)?.Granted(attached.Mode.ToAccessMode());
                break;
            case LinkMessageType.ModeChanged:
                LinkModeChanged changed = LinkModeChanged.Read(frame.Payload);
                Find(changed.ShadowId)?.SetMode(changed.Mode.ToAccessMode());
                break;
            case LinkMessageType.Denied:
                Denied(LinkDenied.Read(frame.Payload));
                break;
            case LinkMessageType.Cursor:
                sink.SetCursor(LinkCursor.Read(frame.Payload).ToShape(sink.Pool, sink.Account));
                break;
            case LinkMessageType.Title:
                sink.SetTitle(LinkTitle.Read(frame.Payload).Title);
                break;
            case LinkMessageType.Leds:
                sink.SetLeds(LinkLeds.Read(frame.Payload).Leds);
                break;
            case LinkMessageType.Bell:
                LinkBell.Read(frame.Payload);
                sink.Bell();
                break;
            case LinkMessageType.Refreshed:
                LinkRefreshed.Read(frame.Payload);
                _refreshes.Answered();
                break;
            case LinkMessageType.Clipboard:
                sink.SetClipboard(LinkClipboard.Read(frame.Payload).Text);
                break;
            case LinkMessageType.Notice:
                Noticed(LinkNotice.Read(frame.Payload));
                break;
            case LinkMessageType.Close:
                throw new IOException(LinkClose.Read(frame.Payload).Text);
            case LinkMessageType.Pong:
                break;
            default:
                throw new ProtocolException($"link: {frame.Type} is not for a near node");
        }

        return ValueTask.CompletedTask;
    }

    private void Noticed(LinkNotice notice)
    {
        _logger.LogInformation("link to {Node}: {Reason} {Notice}", _targetNode, notice.Reason, notice.Text);
        Notice = notice.Reason switch
        {
            LinkReason.SourceLost => notice.Text,
            LinkReason.SourceBack => "",
            _ => Notice,
        };
    }

    private void Greet(LinkHello hello)
    {
        if (!NodeNames.Same(hello.Node, _targetNode))
        {
            throw new ProtocolException($"link: hello from {hello.Node}, and the certificate says {_targetNode}");
        }

        if (!LinkHello.TryAgree(hello.Version, out _))
        {
            throw new ProtocolException($"link version {hello.Version} is not spoken here");
        }
    }

    private void Opened(LinkChannel channel, LinkOpened opened, ISourceSink sink)
    {
        if (IsOpened)
        {
            throw new ProtocolException("link: opened twice");
        }

        Path = opened.Path;
        Notice = "";
        SetFormat(new LinkFormat(sink.Wish.JpegQuality, sink.Wish.CompressLevel));
        sink.SetTitle($"{opened.Title} ({_session}@{_targetNode})");
        lock (_gate)
        {
            _channel = channel;
            _isOpened = true;
            channel.Post(_format.Write);
            foreach (LinkShadow shadow in _shadows.Values)
            {
                _ = AskLocked(shadow, shadow.Wanted);
            }
        }
    }

    /// <summary>Id 0 refuses the whole link: everybody here hears it. Where the session may come back, the link is tried again.</summary>
    private void Denied(LinkDenied denied)
    {
        if (denied.ShadowId != 0)
        {
            Find(denied.ShadowId)?.Denied(denied);
            return;
        }

        All().ForEach(shadow => shadow.Refused(denied));
        throw new IOException(denied.Text);
    }

    private LinkShadow? Find(uint id)
    {
        lock (_gate)
        {
            return _shadows.GetValueOrDefault(id);
        }
    }

    private List<LinkShadow> All()
    {
        lock (_gate)
        {
            return [.. _shadows.Values];
        }
    }
}
