using Microsoft.Extensions.Logging;
using Umbra.Core.Codecs;
using Umbra.Core.Input;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources;
using Umbra.Transports;

namespace Umbra.Sessions;

/// <summary>
/// A desktop and everybody who looks at it: runs the source, again and again where it is lost, keeps its picture on a surface and hands it
/// to viewers. Ends with <see cref="DisposeAsync"/>. Thread-safe.
/// </summary>
public sealed partial class Session : ISourceSink, IInputTarget, IAsyncDisposable
{
    /// <summary>One part in so many of a session's limit, and of its node's, is out of the shadowers' reach.</summary>
    public const int ReservedPart = 4;

    private static readonly Size FirstSize = new(640, 480);

    /// <summary>A picture of this age may be an old one, and asking whether it is takes less than this.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan RefinementTick = TimeSpan.FromMilliseconds(100);
    private readonly Account _shadowers;
    private readonly Lock _gate = new();
    private readonly List<SessionViewer> _viewers = [];
    private readonly ViewerTotals[] _totals = [.. Enum.GetValues<ViewerKind>().Select(_ => new ViewerTotals())];
    private readonly SessionControls _controls = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Signal _demand = new();
    private readonly TaskCompletionSource _firstCommit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SessionOptions _options;
    private readonly ITimer _pauseOver;
    private Task _sourceLoop = Task.CompletedTask;
    private Task _refinementLoop = Task.CompletedTask;
    private long _lastCommit;
    private long _encodedTicks;
    private TimeSpan _nextTurn;
    private long _commits;

    /// <param name="source">Owned by the session from now on.</param>
    public Session(string name, ISessionSource source, BufferPool pool, SessionOptions options, TimeProvider time, ILogger logger)
    {
        Name = name;
        Source = source;
        Pool = pool;
        Account = pool.Root.Open($"session {name}", options.MemoryLimit, options.IsOwned ? options.MemoryLimit / ReservedPart : 0, mustSucceed: options.IsOwned);
        _shadowers = Account.Open("shadowers");
        _options = options;
        _time = time;
        _logger = logger;
        _controls.Title = name;
        Turns = new Turns(DemandChanged);
        StartedAt = time.GetUtcNow();
        try
        {
            EncodingHelper? helper = options.SpareCore is { } spare ? new EncodingHelper(pool, Account, () => new RectEncoders(pool, Account), spare) : null;
            Surface = new Surface(
                pool, Account, new TimedEncoder(new RectEncoders(pool, Account), time, Encoded), FirstSize, options.QuietMilliseconds, helper: helper);
        }
        catch (QuotaExceededException)
        {
            // Nobody else closes the accounts of a session that never was.
            _shadowers.Dispose();
            Account.Dispose();
            throw;
        }

        _pauseOver = time.CreateTimer(static session => ((Session)session!).DemandChanged(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        foreach (Account account in new[] { Account, _shadowers })
        {
            account.Explain(BufferTag.TileCache, ExplainPayloads);
            account.Explain(BufferTag.FramePacket, ExplainPayloads);
        }
    }

    public string Name { get; }

    public ISessionSource Source { get; }

    public BufferPool Pool { get; }

    /// <summary>What the session itself needs; that of one with an owner may use the node's reserve.</summary>
    public Account Account { get; }

    public Surface Surface { get; }

    public SessionState State
    {
        get
        {
            lock (_gate)
            {
                return _controls.State;
            }
        }
    }

    /// <summary>Why the source is lost; empty otherwise.</summary>
    public string StateText
    {
        get
        {
            lock (_gate)
            {
                return _controls.StateText;
            }
        }
    }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Pictures committed since the session began.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Milliseconds of a clock that never goes back.</summary>
    internal long Now => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Who pays for what the owner, or the shadowers, make the session hold.</summary>
    public Account AccountFor(bool isOwner) => isOwner ? Account : _shadowers;

    /// <summary>Where they are served; null: on the thread pool.</summary>
    public WorkLane? LaneFor(bool isOwner) => isOwner ? null : _options.ShadowerLane;

    /// <summary>What viewers of this kind were sent, and what became of them, since the session began.</summary>
    public ViewerTotals TotalsOf(ViewerKind kind) => _totals[(int)kind];

    /// <summary>Starts the source. Call once.</summary>
    public void Start()
    {
        _sourceLoop = RunSourceAsync(_ending.Token);
        _refinementLoop = RunRefinementAsync(_ending.Token);
    }

    /// <summary>A new viewer.</summary>
    /// <param name="wake">Called, from any thread, when there may be something new; must only set a signal. Null: the viewer waits by itself.</param>
    public SessionViewer Join(EncodingClass encodingClass, string who, bool isOwner, Action? wake = null, IViewerFrontEnd? frontEnd = null)
    {
        ObjectDisposedException.ThrowIf(State == SessionState.Ended, this);
        SessionViewer viewer = new(this, encodingClass, who, isOwner, wake, frontEnd);
        lock (_gate)
        {
            _viewers.Add(viewer);
        }

        return viewer;
    }

    public IReadOnlyList<SessionViewer> Viewers
    {
        get
        {
            lock (_gate)
            {
                return [.. _viewers];
            }
        }
    }

    /// <summary>Which controls are newer than those a viewer has.</summary>
    public ControlVersions ControlVersions
    {
        get
        {
            lock (_gate)
            {
                return _controls.Versions;
            }
        }
    }

    public string Title
    {
        get
        {
            lock (_gate)
            {
                return _controls.Title;
            }
        }
    }

    public string Clipboard
    {
        get
        {
            lock (_gate)
            {
                return _controls.Clipboard;
            }
        }
    }

    public byte Leds
    {
        get
        {
            lock (_gate)
            {
                return _controls.Leds;
            }
        }
    }

    /// <summary>Lets <paramref name="use"/> look at the cursor (null where there is none yet); it must not keep it.</summary>
    public void WithCursor(Action<CursorShape?> use)
    {
        lock (_gate)
        {
            use(_controls.Cursor);
        }
    }

    public void SendKey(KeyInput key) => Source.SendKey(key);

    public void SendPointer(PointerInput pointer) => Source.SendPointer(pointer);

    public void SendClipboard(string text) => Source.SendClipboard(text);

    /// <summary>
    /// To be awaited by whoever comes to look, before anything is taken: while nobody looked the source was asked for nothing. Completes when the picture is
    /// what the source shows now, or the last there was where the source does not say in time.
    /// </summary>
    /// <returns>False where there has been no picture at all.</returns>
    public async Task<bool> CatchUpAsync(SessionViewer viewer, CancellationToken cancellationToken)
    {
        if (Commits > 0)
        {
            await RefreshAsync(viewer, _options.RefreshTimeout, cancellationToken);
            return true;
        }

        return await WaitAsync(viewer, _firstCommit.Task, _options.FirstPictureTimeout, cancellationToken);
    }

    /// <summary>
    /// To be awaited by a viewer before it takes. One whose wire was busy has caused no newer picture meanwhile, and would be sent what the source showed when
    /// the wire was free last.
    /// </summary>
    internal async ValueTask FreshenAsync(SessionViewer viewer, CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lastCommit)) > Stale && viewer.Picture.IsBehind)
        {
            await RefreshAsync(viewer, Stale, cancellationToken);
        }
    }

    /// <summary>The picture now, however long nobody has looked. The caller's to dispose.</summary>
    /// <exception cref="TimeoutException">There has been no picture at all.</exception>
    public async Task<Canvas> SnapshotAsync(EncodingClass encodingClass, CancellationToken cancellationToken)
    {
        using SessionViewer viewer = Join(encodingClass, "snapshot", isOwner: false);
        return await CatchUpAsync(viewer, cancellationToken)
            ? Surface.Copy(_shadowers)
            : throw new TimeoutException($"session {Name} has shown no picture yet{(StateText.Length > 0 ? $": {StateText}" : "")}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!TrySetState(SessionState.Ended, ""))
        {
            return;
        }

        await _ending.CancelAsync();
        await Task.WhenAll(_sourceLoop, _refinementLoop);
        await Source.DisposeAsync();
        await _pauseOver.DisposeAsync();
        lock (_gate)
        {
            _controls.Cursor?.Dispose();
            _controls.Cursor = null;
        }

        Surface.Dispose();
        _shadowers.Dispose();
        Account.Dispose();
        _ending.Dispose();
    }

    /// <summary>Of its shadowers in their lane.</summary>
    internal Turns Turns { get; }

    internal ViewerCounters CountersFor(ViewerKind kind) =>
        new(TotalsOf(kind), _options.UpdateArrived is { } arrived ? took => arrived(kind, took) : null);

    internal void Leave(SessionViewer viewer)
    {
        lock (_gate)
        {
            _viewers.Remove(viewer);
        }

        DemandChanged();
    }

    private void Encoded(TimeSpan took) => Interlocked.Add(ref _encodedTicks, took.Ticks);

    internal void DemandChanged() => _demand.Set();

    private async Task RefreshAsync(SessionViewer viewer, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (State == SessionState.Active)
        {
            await WaitAsync(viewer, Source.RefreshAsync(), timeout, cancellationToken);
        }
    }

    /// <summary>Waits as somebody who would take a newer picture.</summary>
    /// <returns>False where it took too long.</returns>
    private async Task<bool> WaitAsync(SessionViewer viewer, Task answer, TimeSpan timeout, CancellationToken cancellationToken)
    {
        viewer.Picture.BeginWait();
        DemandChanged();
        try
        {
            await answer.WaitAsync(timeout, _time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            viewer.Picture.EndWait();
        }
    }

    /// <summary>What is encoded and kept, or on its way to somebody; blocks may be half full. Whoever needed it first pays, and may not be the one who has it.</summary>
    private long ExplainPayloads() => 2 * (Surface.PayloadBytes + Viewers.Sum(viewer => viewer.FrontEnd?.HeldBytes ?? 0));

    /// <returns>False where nothing changed: it is so already, or the session has ended, which is for good.</returns>
    private bool TrySetState(SessionState state, string text)
    {
        lock (_gate)
        {
            if (_controls.State == SessionState.Ended || (_controls.State == state && _controls.StateText == text))
            {
                return false;
            }

            (_controls.State, _controls.StateText) = (state, text);
            _controls.Versions = _controls.Versions with { State = _controls.Versions.State + 1 };
        }

        WakeViewers();
        return true;
    }

    private void WakeViewers()
    {
        foreach (SessionViewer viewer in Viewers)
        {
            viewer.Wake();
        }
    }
}
