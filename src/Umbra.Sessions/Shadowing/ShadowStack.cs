using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Umbra.Core.Codecs;
using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Nodes;
using Umbra.Transports;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// The target node's end of a link: a viewer of one session on behalf of a near node, and the authority over what its shadowers may do.
/// Costs the session its dirty set and one picture in flight, however many shadowers the near node has.
/// </summary>
public sealed class ShadowStack : IViewerFrontEnd
{
    /// <summary>Shadowers of one near node on one session.</summary>
    private const int MaxAttached = 1024;

    /// <summary>What is left of a picture frame for rectangles once its header with the most moves is written.</summary>
    private const int MaxRectBytes = LinkLimits.MaxPictureBytes - (16 * 1024);

    private const int MaxRects = 60_000;

    /// <summary>Most memory of its own: messages that wait, a cursor among them, and the frame that is being read.</summary>
    private const long MaxBytes = 32 * 1024 * 1024;

    /// <summary>A near node cannot collect more permission to send than this, nor leave more pictures unanswered.</summary>
    private const int MaxCredits = 8;

    /// <summary>Filler that a near node can be owed.</summary>
    private const int MaxFiller = 2 * LinkMeasure.MaxBytes;

    /// <summary>A ping behind a picture carries its commit, which is never 0.</summary>
    private const ulong IdlePing = 0;

    private readonly string _peer;
    private readonly string _node;
    private readonly SessionDirectory _sessions;
    private readonly Grants _grants;
    private readonly Account _account;
    private readonly CancellationTokenSource _closing;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Signal _posted = new();
    private readonly Signal _refreshWanted = new();
    private readonly UpdateBudget _budget = new();
    private readonly MemoryWait _memory;
    private readonly Dictionary<uint, (Grant Grant, InputSeat Seat)> _attached = [];
    private readonly Queue<(long Bytes, long SentAt)> _inFlight = [];
    private readonly Lock _gate = new();
    private LinkChannel _channel = null!;
    private Session? _session;
    private SessionViewer? _viewer;
    private ControlVersions _sent;
    private int _credits;
    private int _filler;
    private LinkFormat _format = new(-1, 1);
    private bool _isGreeted;

    /// <summary>The newest commit that the near node has been sent all of.</summary>
    private ulong _shown;

    /// <summary>The commit that answers the near node's refresh; null where none is to be answered.</summary>
    private ulong? _refreshedTo;
    private volatile bool _isClosing;

    private ShadowStack(
        string node, string peer, SessionDirectory sessions, Grants grants, Account account, CancellationTokenSource closing, TimeProvider time, ILogger logger)
    {
        _node = node;
        _peer = peer;
        _sessions = sessions;
        _grants = grants;
        _account = account;
        _closing = closing;
        _memory = new MemoryWait(time, isEndless: false);
        _time = time;
        _logger = logger;
    }

    /// <summary>Serves one link; returns when it is over. Never throws for what the peer does.</summary>
    /// <param name="node">This node's name.</param>
    /// <param name="peer">The near node's name, as its certificate proves it.</param>
    public static async Task RunAsync(
        IDuplexPipe pipe, string node, string peer, BufferPool pool, SessionDirectory sessions, Grants grants,
        TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        using Account account = pool.Root.Open($"link from {peer}", MaxBytes);
        using CancellationTokenSource closing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ShadowStack stack = new(node, peer, sessions, grants, account, closing, time, logger);
        string reason = "closed by the peer";
        using (stack._channel = new LinkChannel(pipe, pool, BufferTag.ShadowStack, account, stack.Wake))
        {
            try
            {
                await stack.ServeAsync();
            }
            catch (Exception exception) when (exception is ProtocolException or QuotaExceededException)
            {
                reason = exception.Message;
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                reason = exception.Message;
            }
            finally
            {
                stack.DetachAll();
            }
        }

        account.CloseAndTell($"link from {peer}", logger);
        logger.LogInformation("link from {Peer} ended: {Reason}", peer, reason);
    }

    bool IViewerFrontEnd.IsLink => true;

    long IViewerFrontEnd.HeldBytes => _account.Bytes + ((IViewerFrontEnd)this).ReadInFlight().Bytes;

    void IViewerFrontEnd.Evict(string reason)
    {
        CloseAfterSending(new LinkClose(LinkReason.Shed, reason).Write);

        Farewell.CutAfter(_closing);
    }

    private async Task ServeAsync()
    {
        _channel.Post(new LinkHello(LinkHello.CurrentVersion, _node).Write);
        Task reading = _channel.ReadAsync(HandleAsync, _time, _closing.Token);
        Task writing = WriteAsync(_closing.Token);
        Task refreshing = RefreshAsync(_closing.Token);
        try
        {
            await await Task.WhenAny(reading, writing, refreshing);
        }
        catch (ProtocolException exception) when (_isGreeted)
        {
            CloseAfterSending(new LinkClose(LinkReason.ProtocolError, exception.Message).Write);
            await writing.WaitAsync(Farewell.Time, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            await _closing.CancelAsync();
            await Task.WhenAll(reading, writing, refreshing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Wake() => _posted.Set();

    private ValueTask HandleAsync(LinkFrame frame)
    {
        if (_isClosing)
        {
            // Refused already; what is still on its way is not heard.
            frame.Picture.Dispose();
            return ValueTask.CompletedTask;
        }

        switch (frame.Type)
        {
            case LinkMessageType.Hello:
                Greet(LinkHello.Read(frame.Payload));
                break;
            case LinkMessageType.Open:
                Open(LinkOpen.Read(frame.Payload));
                break;
            case LinkMessageType.Attach:
                Attach(LinkAttach.Read(frame.Payload));
                break;
            case LinkMessageType.Detach:
                Detach(LinkDetach.Read(frame.Payload).ShadowId);
                break;
            case LinkMessageType.Format:
                SetFormat(LinkFormat.Read(frame.Payload));
                break;
            case LinkMessageType.Credit:
                AddCredit(LinkCredit.Read(frame.Payload).Credits);
                break;
            case LinkMessageType.Key:
                LinkKey key = LinkKey.Read(frame.Payload);
                Seat(key.ShadowId)?.SendKey(key.Key);
                break;
            case LinkMessageType.Pointer:
                LinkPointer pointer = LinkPointer.Read(frame.Payload);
                Seat(pointer.ShadowId)?.SendPointer(pointer.Pointer);
                break;
            case LinkMessageType.Clipboard:
                LinkClipboard clipboard = LinkClipboard.Read(frame.Payload);
                Seat(clipboard.ShadowId)?.SendClipboard(clipboard.Text);
                break;
            case LinkMessageType.Pong when LinkPong.Read(frame.Payload).Opaque != IdlePing:
                PictureArrived();
                break;
            case LinkMessageType.Pong:
                break;
            case LinkMessageType.Close:
                throw new IOException("the near node closed the link");
            case LinkMessageType.Picture:
                frame.Picture.Dispose();
                throw new ProtocolException("a near node sends no pictures");
            case LinkMessageType.Refresh:
                LinkRefresh.Read(frame.Payload);
                _refreshWanted.Set();
                break;
            case LinkMessageType.Measure:
                Measure(LinkMeasure.Read(frame.Payload).Bytes);
                break;
            case LinkMessageType.Filler:
                LinkFiller.Read(frame.Payload);
                Measure(0);
                break;
            case LinkMessageType.ResizeRequest:
                // Nothing a shadower does may resize the owner's session.
                break;
            default:
                throw new ProtocolException($"link: {frame.Type} is not for a target node");
        }

        return ValueTask.CompletedTask;
    }

    private void Greet(LinkHello hello)
    {
        if (_isGreeted)
        {
            throw new ProtocolException("link: a second hello");
        }

        _isGreeted = true;
        if (!NodeNames.Same(hello.Node, _peer))
        {
            throw new ProtocolException($"link: hello from {hello.Node}, and the certificate says {_peer}");
        }

        if (!LinkHello.TryAgree(hello.Version, out _))
        {
            CloseAfterSending(new LinkClose(LinkReason.VersionMismatch, $"version {hello.Version} is not spoken here").Write);
        }
    }

    private void Open(LinkOpen open)
    {
        if (_session is not null)
        {
            throw new ProtocolException("link: opened twice");
        }

        Session? session = _sessions.Find(open.Session);
        IReadOnlyList<string> path = [.. session?.Source is LinkSource link ? link.Path : [], _node];
        if (Refusal(open, session, path) is { } refusal)
        {
            Refuse(refusal);
            return;
        }

        _session = session!;
        _viewer = _session.Join(Class(), $"link to {_peer}", isOwner: false, Wake, this);
        _viewer.Picture.AcceptSize(out _);
        ControlVersions now = _session.ControlVersions;
        _sent = now with { Cursor = 0, Clipboard = 0, Leds = 0, State = _session.State == SessionState.Lost ? 0 : now.State };
        Size size = _session.Commits > 0 ? _session.Surface.Size : default;
        _channel.Post(new LinkOpened(size, _session.Title, _session.Source.Kind, path).Write);
    }

    /// <summary>Why the near node may not have the session at all; null where it may ask for its shadowers.</summary>
    /// <param name="path">The nodes its pictures would pass.</param>
    private LinkDenied? Refusal(LinkOpen open, Session? session, IReadOnlyList<string> path)
    {
        if (_grants.ClosedFor is { } why)
        {
            return new LinkDenied(0, LinkReason.Shed, "memory", why);
        }

        if (_grants.Policy.Ceiling == AccessMode.Off)
        {
            Decision decision = _grants.Policy.Decide(session, AccessMode.View, AccessMode.Control, 0);
            return new LinkDenied(0, decision.Reason, decision.Rule, decision.Text);
        }

        return session is null ? new LinkDenied(0, LinkReason.SessionNotFound, "", $"there is no session {open.Session} on {_node}")
            : session.Source is LinkSource { Path.Count: 0 } ? new LinkDenied(0, LinkReason.NotShadowable, "", $"{open.Session} is not connected yet on {_node}")
            : path.Any(passed => NodeNames.Same(passed, _peer)) ? new LinkDenied(0, LinkReason.Loop, "", $"the picture comes from {_peer} itself: {string.Join(" > ", path)}")
            : path.Count > LinkLimits.MaxDepth ? new LinkDenied(0, LinkReason.TooDeep, "", $"too many nodes on the way: {string.Join(" > ", path)}")
            : null;
    }

    /// <summary>A second attach with the same id asks for another mode.</summary>
    private void Attach(LinkAttach attach)
    {
        Session session = _session ?? throw new ProtocolException("link: attach before open");
        AccessMode wanted = attach.Mode.ToAccessMode();
        Decision decision;
        lock (_gate)
        {
            if (session.Source.Kind == LinkSource.KindName && wanted == AccessMode.Control)
            {
                // Over a second node there is nobody here to hold to account for input.
                decision = new Decision(AccessMode.Off, LinkReason.AccessDenied, "one-hop-control", $"{session.Name} is itself shadowed here; ask its own node for control");
            }
            else if (_attached.TryGetValue(attach.ShadowId, out (Grant Grant, InputSeat Seat) known))
            {
                decision = _grants.AskMode(known.Grant, wanted);
            }
            else if (_attached.Count >= MaxAttached)
            {
                throw new ProtocolException($"link: more than {MaxAttached} shadowers");
            }
            else
            {
                decision = TryAttach(session, attach, wanted);
            }
        }

        _channel.Post(decision.IsGranted
            ? new LinkAttached(attach.ShadowId, decision.Granted.ToShadowMode()).Write
            : new LinkDenied(attach.ShadowId, decision.Reason, decision.Rule, decision.Text).Write);
        _viewer!.SetReady(true);
        Wake();
    }

    private Decision TryAttach(Session session, LinkAttach attach, AccessMode wanted)
    {
        ShadowRequest request = new(wanted, attach.User, _peer, attach.Reason, attach.Address);
        Decision decision = _grants.TryGrant(session, request, out Grant? grant);
        if (grant is not null)
        {
            uint id = attach.ShadowId;
            _attached[id] = (grant, grant.Right.OpenSeat());
            grant.ModeChanged += mode => _channel.Post(new LinkModeChanged(id, mode.ToShadowMode(), $"the target node set the mode to {mode}").Write);
            grant.Ended.Register(() => EndedHere(id, grant));
        }

        return decision;
    }

    private void EndedHere(uint id, Grant grant)
    {
        lock (_gate)
        {
            if (!_attached.Remove(id, out (Grant Grant, InputSeat Seat) known))
            {
                return;
            }

            known.Seat.Dispose();
        }

        _channel.Post(new LinkDenied(id, LinkReason.Stopped, "", grant.EndText).Write);
        StopIfNobody();
    }

    private void Detach(uint id)
    {
        (Grant Grant, InputSeat Seat) known;
        lock (_gate)
        {
            if (!_attached.Remove(id, out known))
            {
                return;
            }
        }

        known.Seat.Dispose();
        known.Grant.End();
        StopIfNobody();
    }

    private void StopIfNobody()
    {
        bool isNobody;
        lock (_gate)
        {
            isNobody = _attached.Count == 0;
        }

        if (isNobody)
        {
            _viewer?.SetReady(false);
        }
    }

    private void DetachAll()
    {
        List<uint> ids;
        lock (_gate)
        {
            ids = [.. _attached.Keys];
        }

        ids.ForEach(Detach);
        _viewer?.Dispose();
    }

    private InputSeat? Seat(uint id)
    {
        lock (_gate)
        {
            return _attached.TryGetValue(id, out (Grant Grant, InputSeat Seat) known) ? known.Seat : null;
        }
    }

    private void SetFormat(LinkFormat format)
    {
        lock (_gate)
        {
            _format = format;
        }

        _viewer?.Picture.SetClass(Class());
    }

    private EncodingClass Class() => JpegCodec.IsAvailable ? _format.EncodingClass : _format.EncodingClass.Lossless;

    private void AddCredit(int credits)
    {
        lock (_gate)
        {
            _credits = Math.Min(MaxCredits, _credits + credits);
        }

        Wake();
    }

    private void PictureArrived()
    {
        lock (_gate)
        {
            if (_inFlight.TryDequeue(out (long Bytes, long SentAt) picture))
            {
                TimeSpan took = _time.GetElapsedTime(picture.SentAt);
                _budget.Arrived(picture.Bytes, took);
                _viewer!.Counters.Arrived(took);
            }
        }

        Wake();
    }

    InFlight IViewerFrontEnd.ReadInFlight()
    {
        lock (_gate)
        {
            return _inFlight.TryPeek(out (long Bytes, long SentAt) oldest) ? new InFlight(_inFlight.Sum(picture => picture.Bytes), _time.GetElapsedTime(oldest.SentAt)) : default;
        }
    }

    private void Refuse(LinkDenied denied)
    {
        _channel.Post(denied.Write);
        CloseAfterSending(new LinkClose(denied.Reason, denied.Text).Write);
    }

    private void CloseAfterSending(Action<System.Buffers.IBufferWriter<byte>> message)
    {
        _channel.Post(message);
        _isClosing = true;
        Wake();
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (true)
        {
            bool isClosing = _isClosing;
            bool isSent = await _channel.SendPostedAsync(cancellationToken);
            if (isClosing)
            {
                throw new IOException("the link was refused");
            }

            if (_session is { State: SessionState.Ended })
            {
                CloseAfterSending(new LinkClose(LinkReason.SessionEnded, "the session ended").Write);
                continue;
            }

            if (_session?.LaneFor(isOwner: false) is { } lane)
            {
                await lane.Enter();
            }

            PostControls();
            isSent |= await SendPictureAsync(cancellationToken);
            isSent |= AnswerRefresh();
            isSent |= PostFiller();
            if (_memory.IsShort && !isSent)
            {
                await _memory.PauseAsync(cancellationToken);
            }
            else if (!isSent)
            {
                await WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Until something happens, or it is time for a ping.</summary>
    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (!await _posted.WaitAsync(LinkChannel.PingInterval, _time, cancellationToken))
        {
            _channel.Post(new LinkPing(IdlePing).Write);
        }
    }

    private void PostControls()
    {
        if (_session is not { } session || !HasAttached())
        {
            return;
        }

        ControlVersions now = session.ControlVersions;
        if (now.Cursor != _sent.Cursor)
        {
            session.WithCursor(cursor =>
            {
                if (cursor is not null)
                {
                    _channel.Post(output => LinkCursor.Write(output, cursor));
                }
            });
        }

        if (now.Title != _sent.Title)
        {
            _channel.Post(new LinkTitle(session.Title).Write);
        }

        if (now.Leds != _sent.Leds)
        {
            _channel.Post(new LinkLeds(session.Leds).Write);
        }

        if (now.Bells != _sent.Bells)
        {
            _channel.Post(LinkBell.Write);
        }

        if (now.State != _sent.State)
        {
            _channel.Post((session.State == SessionState.Lost
                ? new LinkNotice(LinkReason.SourceLost, session.StateText)
                : new LinkNotice(LinkReason.SourceBack, "")).Write);
        }

        if (now.Clipboard != _sent.Clipboard && HasController())
        {
            _channel.Post(new LinkClipboard(0, session.Clipboard).Write);
        }

        _sent = now;
    }

    /// <summary>Wires are measured before they are used: a session's pictures are not to wait for it.</summary>
    private void Measure(int bytes)
    {
        if (_session is not null)
        {
            throw new ProtocolException("link: measured while a session is open on it");
        }

        lock (_gate)
        {
            _filler = Math.Min(MaxFiller, _filler + bytes);
        }

        Wake();
    }

    private bool PostFiller()
    {
        int bytes;
        lock (_gate)
        {
            bytes = Math.Min(_filler, LinkFiller.MaxBytes);
            _filler -= bytes;
        }

        if (bytes > 0)
        {
            _channel.Post(new LinkFiller(bytes).Write);
        }

        return bytes > 0;
    }

    private bool HasAttached()
    {
        lock (_gate)
        {
            return _attached.Count > 0;
        }
    }

    private bool HasController()
    {
        lock (_gate)
        {
            return _attached.Values.Any(a => a.Grant.Right.Mode == AccessMode.Control);
        }
    }

    /// <summary>Answers of the source to the near node's questions; what it shows then, the writing loop sends.</summary>
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _refreshWanted.WaitAsync(cancellationToken);
            if (_viewer is { } viewer)
            {
                await viewer.Session.CatchUpAsync(viewer, cancellationToken);
                lock (_gate)
                {
                    _refreshedTo = viewer.Session.Surface.Commits;
                }

                Wake();
            }
        }
    }

    private async ValueTask<bool> SendPictureAsync(CancellationToken cancellationToken)
    {
        if (_viewer is not { } viewer || !HasAttached() || _session!.Commits == 0)
        {
            return false;
        }

        lock (_gate)
        {
            if (_credits == 0 || _inFlight.Count >= MaxCredits)
            {
                return false;
            }
        }

        await viewer.FreshenAsync(cancellationToken);

        // Every picture says its size.
        viewer.Picture.AcceptSize(out _);
        _memory.TryTake((viewer, _budget), static from => from.viewer.TakeUpdate(Math.Min(from._budget.Bytes, MaxRectBytes), MaxRects), out PictureUpdate? taken);
        using PictureUpdate? update = taken;
        if (update is null)
        {
            return false;
        }

        PictureFlags flags = (update.IsComplete ? PictureFlags.Complete : PictureFlags.None)
            | (update.IsLossy ? PictureFlags.Lossy : PictureFlags.None)
            | (update.IsRefinement ? PictureFlags.Refinement : PictureFlags.None);
        LinkFormat format = new(update.EncodingClass.JpegQuality, update.EncodingClass.CompressLevel);
        PictureHeader header = new(update.Commit, flags, format, update.Size, update.Moves, (ushort)update.RectCount);
        long begun = _time.GetTimestamp();
        lock (_gate)
        {
            _credits--;
            _inFlight.Enqueue((update.Bytes, begun));
        }

        await _channel.SendPictureAsync(header, update, cancellationToken);
        _channel.Post(new LinkPing(update.Commit).Write);
        _shown = update.IsComplete ? update.Commit : _shown;
        viewer.Counters.Sent(update.Bytes);
        return true;
    }

    /// <summary>Answers once the near node has, or is sent before this, what the source showed when it was asked.</summary>
    private bool AnswerRefresh()
    {
        lock (_gate)
        {
            if (_refreshedTo is not { } commit || _shown < commit)
            {
                return false;
            }

            _refreshedTo = null;
        }

        _channel.Post(LinkRefreshed.Write);
        return true;
    }
}
