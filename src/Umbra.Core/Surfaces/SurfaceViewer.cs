using Umbra.Core.Codecs;
using Umbra.Core.Memory;

namespace Umbra.Core.Surfaces;

/// <summary>
/// What a surface knows of one viewer: the class it is sent, and the tiles it lacks. Public members are thread-safe; the state
/// behind them is guarded by the surface's lock. Dispose when the viewer leaves.
/// </summary>
public sealed class SurfaceViewer : IDisposable
{
    private readonly Surface _surface;
    private int _waits;
    private PictureUpdate? _spare;

    internal SurfaceViewer(Surface surface, EncodingClass encodingClass, Account account, Action changed, TileGrid grid)
    {
        _surface = surface;
        Class = encodingClass;
        Account = account;
        Changed = changed;
        Dirty = new TileSet(grid);
        Dirty.AddAll();
        Owed = new TileSet(grid);
        Lossy = new TileSet(grid);
    }

    /// <summary>Whether moves can be sent as CopyRect. Set before the first update.</summary>
    public bool SupportsMoves { get; set; } = true;

    /// <summary>Whether the viewer has asked for pictures at all; without it nothing is captured for it.</summary>
    public bool IsReady { get; set; }

    /// <summary>Gets its turn after others; see <see cref="Surface.HasDemand"/>.</summary>
    public bool IsInLane { get; set; }

    /// <summary>Whether there is anything of this picture to take.</summary>
    public bool IsBehind => _surface.IsBehind(this);

    internal EncodingClass Class { get; set; }

    internal Account Account { get; }

    internal Action Changed { get; }

    internal TileSet Dirty { get; private set; }

    /// <summary>The dirty tiles that the viewer has asked for, and not been sent since.</summary>
    internal TileSet Owed { get; private set; }

    /// <summary>Tiles that were last sent with loss.</summary>
    internal TileSet Lossy { get; private set; }

    /// <summary>Lacks the newest commit, and nothing that it does not bring. Never set together with a dirty tile.</summary>
    internal bool IsStepPending { get; private set; }

    internal int NextTile { get; set; }

    /// <summary>Came to take, and had everything: it takes the next commit as soon as there is one.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>Has been sent something since the newest commit.</summary>
    internal bool HasTaken { get; set; }

    /// <summary>
    /// A newer picture would be of use: all of this one is taken, or, where the wire is too thin for that, a part of it, so that the next part is of
    /// the picture as it is then. Who takes nothing causes nothing.
    /// </summary>
    internal bool WantsMore => Volatile.Read(ref _waits) > 0 || (IsReady && (HasTaken || (!IsStepPending && Dirty.IsEmpty)));

    /// <summary>Has taken what is announced: holds the next commit already, and takes nothing more before it comes.</summary>
    internal bool IsAhead { get; set; }

    internal bool IsCurrent => !IsAhead && !IsStepPending && Dirty.IsEmpty;

    /// <summary>Has nothing to take of the commit that is being made.</summary>
    internal bool HasAll => IsAhead && Dirty.IsEmpty;

    /// <summary>From now on nothing of this picture would be taken, because a newer one may be on its way: demand without having taken.</summary>
    public void BeginWait() => Interlocked.Increment(ref _waits);

    /// <summary>Pays back one <see cref="BeginWait"/>.</summary>
    public void EndWait() => Interlocked.Decrement(ref _waits);

    public void SetClass(EncodingClass encodingClass) => _surface.SetClass(this, encodingClass);

    /// <summary>The viewer wants an area whole, whether it changed or not; it is owed that until it has been sent.</summary>
    public void Ask(Rect rect) => _surface.Ask(this, rect);

    /// <summary>
    /// How many tiles of what was asked for have not been sent since, and the class they would be sent in. 0 also while the viewer has what is only announced,
    /// or has not accepted a new size.
    /// </summary>
    public int CountOwed(out EncodingClass encodingClass) => _surface.CountOwed(this, out encodingClass);

    /// <summary>
    /// Owed tiles at their newest content, at most so many, and at least one however little <paramref name="maxBytes"/> is. Each is exactly one rectangle of
    /// <paramref name="encodingClass"/>. Null where none is owed (any more: with a new size, everything is owed anew by itself).
    /// </summary>
    public PictureUpdate? TakeOwed(EncodingClass encodingClass, int maxBytes, int maxTiles, long now) =>
        _surface.TakeOwed(this, encodingClass, maxBytes, maxTiles, now);

    /// <summary>Must be asked before updates are taken: true where the size is new to this viewer, which then lacks the whole picture.</summary>
    public bool AcceptSize(out Size size) => _surface.AcceptSize(this, out size);

    /// <summary>
    /// What this viewer is sent next, or null where it is current (or has to accept a new size first). At most <paramref name="maxBytes"/> of payload and
    /// <paramref name="maxRects"/> rectangles, but always at least one tile; the rest stays dirty.
    /// </summary>
    /// <exception cref="QuotaExceededException">No memory for the payloads, even after the cache was given up.</exception>
    public PictureUpdate? TakeUpdate(int maxBytes, int maxRects, long now) => _surface.TakeUpdate(this, maxBytes, maxRects, now);

    public void Dispose() => _surface.Remove(this);

    internal PictureUpdate NewUpdate(ulong commit, Size size, EncodingClass encodingClass)
    {
        PictureUpdate update = Interlocked.Exchange(ref _spare, null) ?? new PictureUpdate(this);
        update.Begin(commit, size, encodingClass);
        return update;
    }

    internal void Keep(PictureUpdate update) => Volatile.Write(ref _spare, update);

    internal void Reset(TileGrid grid)
    {
        Dirty = new TileSet(grid);
        Dirty.AddAll();
        Owed = new TileSet(grid);
        Lossy = new TileSet(grid);
        IsStepPending = false;
        HasTaken = false;
        IsAhead = false;
        NextTile = 0;
    }

    internal void Advance(FrameStep? previous, FrameStep step)
    {
        if (Dirty.Grid != step.Tiles.Grid || IsAhead)
        {
            return;
        }

        HasTaken = false;
        if (Dirty.IsEmpty && !IsStepPending)
        {
            IsStepPending = true;
            return;
        }

        FallBehind(previous);
        if (Owed.IsEmpty && step.BringsAll(Dirty))
        {
            // As in a film: who missed pictures goes on with the newest, as it is sent to the others.
            Dirty.Clear();
            IsStepPending = true;
            return;
        }

        Dirty.UnionWith(step.Tiles);
    }

    /// <summary>Turns a pending step into dirty tiles.</summary>
    internal void FallBehind(FrameStep? step)
    {
        if (IsStepPending && step is not null)
        {
            Dirty.UnionWith(step.Tiles);
            IsStepPending = false;
        }
    }

    internal void ApplyStep(FrameStep step, bool isLossy)
    {
        IsStepPending = false;
        foreach (CopyMove move in step.Moves)
        {
            // Without CopyRect the target was sent as any other rectangle.
            if (SupportsMoves ? Lossy.TouchesAny(move.Source) : isLossy)
            {
                Lossy.AddTouching(move.Target);
            }
        }

        foreach (Rect rect in step.Damage)
        {
            if (isLossy)
            {
                Lossy.AddTouching(rect);
            }
            else
            {
                Lossy.RemoveCovered(rect);
            }
        }
    }

    internal void ApplyTile(int tile, bool isLossy)
    {
        Dirty.Remove(tile);
        Owed.Remove(tile);
        if (isLossy)
        {
            Lossy.Add(tile);
        }
        else
        {
            Lossy.Remove(tile);
        }
    }
}
