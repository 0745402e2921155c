using Umbra.Core.Codecs;
using Umbra.Core.Surfaces;
using Umbra.Transports;

namespace Umbra.Sessions;

/// <summary>
/// Somebody who looks at a session, whatever the front end: the place where updates are taken and waited for. One loop takes; the rest is
/// thread-safe. Dispose when the viewer leaves.
/// </summary>
public sealed class SessionViewer : IDisposable
{
    private readonly Session _session;
    private readonly Signal _signal;
    private readonly Action _wake;
    private int _isEvicted;

    /// <param name="wake">What wakes the viewer's loop where it waits for more than this; null: <see cref="WaitAsync"/>.</param>
    internal SessionViewer(Session session, EncodingClass encodingClass, string who, bool isOwner, Action? wake, IViewerFrontEnd? frontEnd)
    {
        _session = session;
        WorkLane? lane = session.LaneFor(isOwner);
        _signal = new Signal(lane, lane is null ? null : session.Turns);
        _wake = wake ?? _signal.Set;
        FrontEnd = frontEnd;
        Who = who;
        Kind = isOwner ? ViewerKind.Owner : frontEnd is { IsLink: true } ? ViewerKind.Link : ViewerKind.Shadower;
        Picture = session.Surface.AddViewer(encodingClass, session.AccountFor(IsOwner), _wake);
        Picture.IsInLane = lane is not null;
        Counters = session.CountersFor(Kind);
    }

    /// <summary>For people: who looks, from where.</summary>
    public string Who { get; }

    public ViewerKind Kind { get; }

    public bool IsOwner => Kind == ViewerKind.Owner;

    /// <summary>Null for one that is over in a moment, as a snapshot is.</summary>
    public IViewerFrontEnd? FrontEnd { get; }

    /// <summary>Has been told to go.</summary>
    public bool IsEvicted => Volatile.Read(ref _isEvicted) != 0;

    public SurfaceViewer Picture { get; }

    public Session Session => _session;

    /// <summary>Updates and bytes sent, for people to see; written by the front end.</summary>
    public ViewerCounters Counters { get; }

    /// <summary>Asks for pictures (or stops asking), and lets the source know.</summary>
    public void SetReady(bool ready)
    {
        Picture.IsReady = ready;
        _session.DemandChanged();
    }

    /// <summary>What is on its way to the viewer now.</summary>
    public InFlight InFlight() => FrontEnd?.ReadInFlight() ?? default;

    /// <summary>Wakes the viewer's loop.</summary>
    public void Wake() => _wake();

    /// <summary>Waits until something may have changed.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) => _signal.WaitAsync(cancellationToken);

    /// <summary>See <see cref="SurfaceViewer.TakeUpdate"/>; tells the source when the viewer has all there is.</summary>
    public PictureUpdate? TakeUpdate(int maxBytes, int maxRects)
    {
        PictureUpdate? update = Counted(Picture.TakeUpdate(maxBytes, maxRects, _session.Now));
        _session.DemandChanged();
        return update;
    }

    /// <summary>Sends the viewer away, once.</summary>
    public void Evict(string reason)
    {
        if (Interlocked.Exchange(ref _isEvicted, 1) == 0)
        {
            FrontEnd?.Evict(reason);
        }
    }

    /// <summary>See <see cref="Session.FreshenAsync"/>.</summary>
    public ValueTask FreshenAsync(CancellationToken cancellationToken) => _session.FreshenAsync(this, cancellationToken);

    /// <summary>See <see cref="SurfaceViewer.TakeOwed"/>.</summary>
    public PictureUpdate? TakeOwed(EncodingClass encodingClass, int maxBytes, int maxTiles) =>
        Counted(Picture.TakeOwed(encodingClass, maxBytes, maxTiles, _session.Now));

    public void Dispose()
    {
        Picture.Dispose();
        _session.Leave(this);
    }

    private PictureUpdate? Counted(PictureUpdate? update)
    {
        if (update is not null)
        {
            Counters.Took(update.Commit);
        }

        return update;
    }
}
