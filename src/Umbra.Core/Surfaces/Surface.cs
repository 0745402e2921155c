using System.Runtime.InteropServices;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Core.Surfaces;

/// <summary>
/// The node's picture of a session. A source commits complete pictures; viewers take updates at their own speed. There is no queue of
/// pictures: a viewer is either current, or one step behind (and gets the step, encoded once per class), or has a set of dirty tiles (and gets
/// them at their newest content, from a cache). Thread-safe: everything happens under one lock, and nothing waits for a peer inside it.
/// Times are milliseconds of any clock that never goes back, passed in.
/// </summary>
public sealed partial class Surface : IDisposable
{
    /// <summary>Moves kept as moves in one commit; with more of them the areas are compared and sent as any other.</summary>
    public const int MaxMoves = 64;

    /// <summary>A part of a step is hardly smaller than one byte for so many pixels: who has no room for that is not worth encoding it.</summary>
    private const int LeastCompression = 16;

    private readonly Lock _gate = new();
    private readonly BufferPool _pool;
    private readonly Account _account;
    private readonly AreaEncoder _encoder;
    private readonly EncodingHelper? _helper;
    private readonly List<SurfaceViewer> _viewers = [];
    private readonly List<Rect> _changed = [];
    private readonly MoveFinder _moves = new();
    private readonly List<Rect> _broken = [];
    private readonly List<Rect> _rest = [];
    private readonly int _largeArea;
    private Canvas _front;
    private TileGrid _grid;
    private TileCache _cache;
    private FrameStep? _step;
    private long[] _changedAt;
    private ulong _commit;
    private bool _disposed;

    /// <param name="encoder">Owned by the surface from now on.</param>
    /// <param name="quietMilliseconds">How long a lossy tile must rest before it is sent without loss.</param>
    /// <param name="largeArea">Pixels from which on an area of a step is encoded in parts, each of about half as many.</param>
    /// <param name="helper">Encodes some of the parts, where there is one; owned from now on.</param>
    public Surface(
        BufferPool pool, Account account, IRectEncoder encoder, Size size, int quietMilliseconds = 500, int largeArea = 128 * 1024, EncodingHelper? helper = null)
    {
        _largeArea = largeArea;
        _pool = pool;
        _account = account;
        _encoder = new AreaEncoder(pool, account, encoder);
        _helper = helper;
        QuietMilliseconds = quietMilliseconds;
        try
        {
            _front = new Canvas(pool, account, size);
        }
        catch
        {
            _encoder.Dispose();
            helper?.Dispose();
            throw;
        }

        _grid = new TileGrid(size);
        _cache = new TileCache(_grid);
        _changedAt = new long[_grid.Count];
    }

    public int QuietMilliseconds { get; }

    public Size Size => _grid.Size;

    /// <summary>Number of the newest commit; 0 before the first.</summary>
    public ulong Commits => Volatile.Read(ref _commit);

    /// <summary>A new viewer, who has seen nothing.</summary>
    /// <param name="account">What is encoded because this viewer was the first to need it is charged here; must stay open as long as the surface lives.</param>
    /// <param name="changed">Called, from any thread and under the lock, when there may be something new; must only set a signal.</param>
    public SurfaceViewer AddViewer(EncodingClass encodingClass, Account account, Action changed)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            SurfaceViewer viewer = new(this, encodingClass, account, changed, _grid);
            _viewers.Add(viewer);
            return viewer;
        }
    }

    /// <summary>Somebody has taken of the newest picture and would take more: the source may fetch the next one.</summary>
    /// <param name="ofLane">Whether viewers in a lane count; not, while some of them are still to come for this one.</param>
    public bool HasDemand(bool ofLane = true)
    {
        lock (_gate)
        {
            foreach (SurfaceViewer viewer in _viewers)
            {
                if (viewer.WantsMore && (ofLane || !viewer.IsInLane))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Nobody in a lane is still busy with this picture or an older one.</summary>
    public bool AllOfLaneWait
    {
        get
        {
            lock (_gate)
            {
                foreach (SurfaceViewer viewer in _viewers)
                {
                    if (viewer is { IsInLane: true, IsReady: true, IsWaiting: false })
                    {
                        return false;
                    }
                }

                return true;
            }
        }
    }

    /// <summary>
    /// The class that serves all viewers with the fewest bytes: that of a lossless one where there is one, else of the one with the best quality. Encodings
    /// without compression are for a wire that needs none, which the source's need not be: in their place, Tight.
    /// </summary>
    public EncodingClass Wish
    {
        get
        {
            lock (_gate)
            {
                EncodingClass? best = null;
                foreach (SurfaceViewer viewer in _viewers)
                {
                    bool isBetter = best is not { } b || (!b.IsLossless && (viewer.Class.IsLossless || viewer.Class.JpegQuality > b.JpegQuality));
                    best = viewer.IsReady && isBetter ? viewer.Class : best;
                }

                return best is { Encoding: RfbEncoding.Tight or RfbEncoding.Zrle } deflated ? deflated : new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx);
            }
        }
    }

    /// <summary>Whether any viewer waits for the exact version of something it was sent with loss.</summary>
    public bool HasLossyViewers
    {
        get
        {
            lock (_gate)
            {
                foreach (SurfaceViewer viewer in _viewers)
                {
                    if (!viewer.Lossy.IsEmpty)
                    {
                        return true;
                    }
                }

                return false;
            }
        }
    }

    /// <summary>See ISourceSink.Commit for the meaning of the parameters. Returns false where nothing had changed.</summary>
    /// <param name="received">The encoded form the picture arrived in, if any; taken over.</param>
    public bool Commit(Canvas canvas, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, long now, ReceivedPicture? received = null) =>
        CommitOrKeep(canvas, damage, moves, now, received, mayKeep: false);

    /// <summary>
    /// As <see cref="Commit"/>, of a picture that came neither with moves nor encoded. Where nearly all of it is new the surface keeps the canvas itself, which saves a copy, and gives its
    /// own for it: of the same size, with an older picture.
    /// </summary>
    /// <returns>The caller's from now on.</returns>
    public Canvas Exchange(Canvas canvas, ReadOnlySpan<Rect> damage, long now)
    {
        lock (_gate)
        {
            Canvas front = _front;
            CommitOrKeep(canvas, damage, [], now, received: null, mayKeep: true);
            return _front == canvas ? front : canvas;
        }
    }

    private bool CommitOrKeep(Canvas canvas, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, long now, ReceivedPicture? received, bool mayKeep)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                received?.Picture.Bytes.Dispose();
                return false;
            }

            if (moves.Length > MaxMoves)
            {
                // They are sent as any other area, which the bytes do not bring.
                received?.Picture.Bytes.Dispose();
                received = null;
            }

            bool isAnnounced = received is { } known && _announced is not null && _announced.Holds(known);
            if (!isAnnounced)
            {
                EndAnnouncement(isKept: false);
            }

            bool changed = canvas.Size == Size
                ? CommitStep(canvas, damage, moves, now, received, mayKeep)
                : CommitResized(canvas, now);
            if (changed && canvas.Size == Size && received is { } kept && _step is { } step && _commit == step.Commit)
            {
                step.Set(kept);
            }
            else
            {
                received?.Picture.Bytes.Dispose();
            }

            if (changed)
            {
                EncodeForThoseWaiting();
            }

            foreach (SurfaceViewer viewer in _viewers)
            {
                if (changed && !viewer.HasAll)
                {
                    viewer.Changed();
                }
            }

            EndAnnouncement(isKept: true);
            return changed;
        }
    }

    /// <summary>Bytes of what is encoded and kept for whoever needs it next.</summary>
    public long PayloadBytes
    {
        get
        {
            lock (_gate)
            {
                return _cache.Bytes + (_step?.Bytes ?? 0);
            }
        }
    }

    /// <summary>Gives up what can be encoded again.</summary>
    public void ForgetTiles()
    {
        lock (_gate)
        {
            _cache.Dispose();
            _helper?.Rest();
        }
    }

    /// <summary>A copy of the picture as it is now, rented under <paramref name="account"/>; the caller's to dispose.</summary>
    public Canvas Copy(Account account)
    {
        lock (_gate)
        {
            Canvas copy = new(_pool, account, Size);
            copy.CopyFrom(_front, Size.Bounds);
            return copy;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _announced?.Dispose();
            _announced = null;
            _step?.Dispose();
            _step = null;
            _cache.Dispose();
            _encoder.Dispose();
            _helper?.Dispose();
            _front.Dispose();
        }
    }

    internal void Remove(SurfaceViewer viewer)
    {
        lock (_gate)
        {
            _viewers.Remove(viewer);
            DropUnusedClasses();
            if (_viewers.Count == 0)
            {
                // The step stays, for whoever comes next; its bytes can be made again.
                _step?.Dispose();
                _helper?.Rest();
            }
        }
    }

    internal void SetClass(SurfaceViewer viewer, EncodingClass encodingClass)
    {
        lock (_gate)
        {
            if (viewer.Class != encodingClass)
            {
                viewer.Class = encodingClass;
                DropUnusedClasses();
            }
        }
    }

    internal void Ask(SurfaceViewer viewer, Rect rect)
    {
        lock (_gate)
        {
            if (viewer.Dirty.Grid == _grid)
            {
                viewer.FallBehind(_step);
                viewer.Dirty.AddTouching(rect);
                viewer.Owed.AddTouching(rect);
            }
        }
    }

    internal bool IsBehind(SurfaceViewer viewer)
    {
        lock (_gate)
        {
            return viewer.Dirty.Grid != _grid || !(viewer.IsCurrent || viewer.HasAll);
        }
    }

    internal int CountOwed(SurfaceViewer viewer, out EncodingClass encodingClass)
    {
        lock (_gate)
        {
            encodingClass = viewer.Class;
            return viewer.Dirty.Grid != _grid || viewer.IsAhead ? 0 : viewer.Owed.Count;
        }
    }

    internal PictureUpdate? TakeOwed(SurfaceViewer viewer, EncodingClass encodingClass, int maxBytes, int maxTiles, long now)
    {
        lock (_gate)
        {
            return _disposed || viewer.Dirty.Grid != _grid ? null : Take(viewer, encodingClass, onlyOwed: true, maxBytes, maxTiles, now);
        }
    }

    internal bool AcceptSize(SurfaceViewer viewer, out Size size)
    {
        lock (_gate)
        {
            size = Size;
            bool isNew = viewer.Dirty.Grid != _grid;
            if (isNew)
            {
                viewer.Reset(_grid);
            }

            return isNew;
        }
    }

    internal PictureUpdate? TakeUpdate(SurfaceViewer viewer, int maxBytes, int maxRects, long now)
    {
        lock (_gate)
        {
            if (_disposed || viewer.Dirty.Grid != _grid || viewer.IsAhead)
            {
                return null;
            }

            if (TakeAnnounced(viewer, maxBytes, maxRects) is { } early)
            {
                return early;
            }

            PictureUpdate? update = Take(viewer, viewer.Class, onlyOwed: false, maxBytes, maxRects, now);
            viewer.IsWaiting = update is null && viewer.IsCurrent;
            return update;
        }
    }

    /// <summary>What there is for a viewer, of what it asked for or of everything; null where that is nothing.</summary>
    private PictureUpdate? Take(SurfaceViewer viewer, EncodingClass encodingClass, bool onlyOwed, int maxBytes, int maxRects, long now)
    {
        PictureUpdate update = viewer.NewUpdate(_commit, Size, encodingClass);
        try
        {
            if (onlyOwed)
            {
                TakeTiles(viewer, update, viewer.Owed, maxBytes, maxRects, now, onlyQuiet: false);
            }
            else
            {
                TakeStep(viewer, update, maxBytes, maxRects);
                TakeTiles(viewer, update, viewer.Dirty, maxBytes, maxRects, now, onlyQuiet: false);
                update.IsRefinement = update.IsEmpty || (_step is { IsRefinement: true } step && step.Commit == _commit && !update.IsLossy);
                TakeTiles(viewer, update, viewer.Lossy, maxBytes, maxRects, now, onlyQuiet: true);
            }
        }
        catch (QuotaExceededException) when (!update.IsEmpty)
        {
            // What there was memory for is a whole update by itself; the rest stays dirty.
        }
        catch
        {
            update.Dispose();
            throw;
        }

        update.IsComplete = viewer.Dirty.IsEmpty && !viewer.IsStepPending;
        if (update.IsEmpty)
        {
            update.Dispose();
            return null;
        }

        viewer.HasTaken = true;
        return update;
    }

    private bool CommitStep(Canvas canvas, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, long now, ReceivedPicture? received, bool mayKeep)
    {
        _changed.Clear();
        _broken.Clear();
        if (moves.IsEmpty && received is null && _moves.Find(_front, canvas, damage, _broken) is { } moved)
        {
            // What it brings is compared already.
            _front.CopyWithin(moved.SourceX, moved.SourceY, moved.Target);
            foreach (Rect rect in damage)
            {
                rect.Without(moved.Target, _broken);
            }

            return CommitChanged(canvas, CollectionsMarshal.AsSpan(_broken), [moved], now, received: null);
        }

        if (mayKeep && damage.Contains(Size.Bounds) && DamageRefinery.IsNearlyAllNew(_front, canvas))
        {
            _front = canvas;
            _changed.Add(Size.Bounds);
            AdvanceTo(moves, now, isRefinement: false);
            return true;
        }

        ReadOnlySpan<CopyMove> claimed = moves;
        moves = moves.Length <= MaxMoves ? moves : [];
        foreach (CopyMove move in moves)
        {
            _front.CopyWithin(move.SourceX, move.SourceY, move.Target);
        }

        foreach (CopyMove move in claimed)
        {
            DamageRefinery.Refine(_front, canvas, move.Target, _changed);
        }

        return CommitChanged(canvas, damage, moves, now, received);
    }

    /// <summary>A step of moves, which the front picture has, and of what has really changed besides.</summary>
    private bool CommitChanged(Canvas canvas, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, long now, ReceivedPicture? received)
    {
        foreach (Rect rect in damage)
        {
            DamageRefinery.Refine(_front, canvas, rect, _changed);
        }

        if (_commit != 0 && _changed.Count == 0 && moves.IsEmpty)
        {
            return false;
        }

        if (received is null)
        {
            DamageRefinery.Join(_changed, _front);
        }
        else
        {
            // Its bytes bring what is claimed and nothing between: what is joined would count as sent.
            _changed.Clear();
            foreach (Rect rect in damage)
            {
                Rect inside = rect.Intersect(Size.Bounds);
                if (!inside.IsEmpty)
                {
                    _changed.Add(inside);
                }
            }
        }

        AdvanceTo(moves, now, received is { IsRefinement: true });
        return true;
    }

    /// <summary>The front picture has what changed, and the moves.</summary>
    private void AdvanceTo(ReadOnlySpan<CopyMove> moves, long now, bool isRefinement)
    {
        TileSet tiles = TilesOf(CollectionsMarshal.AsSpan(_changed), moves);
        StepPart[] parts = StepPart.Of(CollectionsMarshal.AsSpan(_changed), _grid, _largeArea);
        Advance(new FrameStep(_commit + 1, tiles, moves.ToArray(), [.. _changed], parts, isRefinement), now);
    }

    private TileSet TilesOf(ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves)
    {
        TileSet tiles = new(_grid);
        foreach (Rect rect in damage)
        {
            tiles.AddTouching(rect);
        }

        foreach (CopyMove move in moves)
        {
            tiles.AddTouching(move.Target);
        }

        return tiles;
    }

    private void Advance(FrameStep step, long now)
    {
        FrameStep? previous = _step;
        foreach (SurfaceViewer viewer in _viewers)
        {
            viewer.Advance(previous, step);
        }

        _cache.Invalidate(step.Tiles);
        for (int tile = step.Tiles.Next(0); tile >= 0 && !step.IsRefinement; tile = step.Tiles.Next(tile + 1))
        {
            _changedAt[tile] = now;
        }

        previous?.Dispose();
        _step = step;
        Volatile.Write(ref _commit, step.Commit);
    }

    private bool CommitResized(Canvas canvas, long now)
    {
        Canvas front = new(_pool, _account, canvas.Size);
        front.CopyFrom(canvas, canvas.Size.Bounds);
        _front.Dispose();
        _front = front;
        _cache.Dispose();
        _step?.Dispose();
        _step = null;
        _grid = new TileGrid(canvas.Size);
        _cache = new TileCache(_grid);
        _changedAt = new long[_grid.Count];
        Array.Fill(_changedAt, now);
        Volatile.Write(ref _commit, _commit + 1);
        return true;
    }

    private void TakeStep(SurfaceViewer viewer, PictureUpdate update, int maxBytes, int maxRects)
    {
        if (!viewer.IsStepPending || _step is not { } step)
        {
            return;
        }

        EncodedStep encoded = EncodeStep(step, viewer);
        int moveCount = viewer.SupportsMoves ? step.Moves.Length : 0;
        if (encoded.Bytes > maxBytes || encoded.Result.RectCount + moveCount > maxRects)
        {
            viewer.FallBehind(step);
            return;
        }

        encoded.AddTo(update);
        if (viewer.SupportsMoves)
        {
            update.Moves = step.Moves;
        }

        viewer.ApplyStep(step, encoded.Result.IsLossy);
    }

    /// <summary>Before they are woken: else the first of them encodes, and all others, awake, wait for it at the lock.</summary>
    private void EncodeForThoseWaiting()
    {
        foreach (SurfaceViewer viewer in _viewers)
        {
            if (!viewer.IsWaiting || !viewer.IsStepPending || _step is not { } step)
            {
                continue;
            }

            try
            {
                EncodeStep(step, viewer);
            }
            catch (QuotaExceededException)
            {
                // Who pays for it is told when it comes to take.
            }
        }
    }

    private EncodedStep EncodeStep(FrameStep step, SurfaceViewer viewer)
    {
        bool withMoves = viewer.SupportsMoves || step.Moves.Length == 0;
        EncodedStep encoded = step.Open(viewer.Class, withMoves);
        if (encoded.IsComplete)
        {
            return encoded;
        }

        EncodeRest(step, encoded, withMoves, viewer);
        EncodeTogether(step, encoded, viewer);
        for (int part = 0; part < step.Parts.Length; part++)
        {
            EncodePart(step, encoded, part, viewer.Class, viewer.Account);
        }

        encoded.IsComplete = true;
        return encoded;
    }

    /// <summary>All parts, where none is encoded and there is somebody to help; what is missing then is encoded as without.</summary>
    private void EncodeTogether(FrameStep step, EncodedStep encoded, SurfaceViewer viewer)
    {
        if (_helper is null || step.Parts.Length < 2 || step.Parts.Where((_, part) => encoded[1 + part] is not null).Any())
        {
            return;
        }

        EncodedPicture?[] pictures = new EncodedPicture?[step.Parts.Length];
        try
        {
            _helper.Encode(_encoder, _front, step.Parts, ClassOf(step, viewer.Class), viewer.Account, pictures);
        }
        finally
        {
            for (int part = 0; part < pictures.Length; part++)
            {
                if (pictures[part] is { } picture)
                {
                    encoded.Add(1 + part, picture);
                }
            }
        }
    }

    /// <summary>What is in no part.</summary>
    private void EncodeRest(FrameStep step, EncodedStep encoded, bool withMoves, SurfaceViewer viewer)
    {
        if (encoded[0] is not null)
        {
            return;
        }

        _rest.Clear();
        foreach (Rect rect in step.Damage)
        {
            if (rect.Area < _largeArea)
            {
                _rest.Add(rect);
            }
        }

        for (int i = 0; !withMoves && i < step.Moves.Length; i++)
        {
            _rest.Add(step.Moves[i].Target);
        }

        if (_rest.Count > 0)
        {
            EncodeResult result = _encoder.Encode(_front, CollectionsMarshal.AsSpan(_rest), ClassOf(step, viewer.Class));
            encoded.Add(0, new EncodedPicture(ToShared(BufferTag.FramePacket, viewer.Account), result));
        }
    }

    /// <summary>Remains the step's.</summary>
    private EncodedPicture EncodePart(FrameStep step, EncodedStep encoded, int part, in EncodingClass encodingClass, Account account)
    {
        if (encoded[1 + part] is { } known)
        {
            return known;
        }

        EncodeResult result = _encoder.Encode(_front, step.Parts[part].Area, ClassOf(step, encodingClass));
        return encoded.Add(1 + part, new EncodedPicture(ToShared(BufferTag.FramePacket, account), result));
    }

    private static EncodingClass ClassOf(FrameStep step, in EncodingClass encodingClass) => step.IsRefinement ? encodingClass.Lossless : encodingClass;

    private void TakeTiles(SurfaceViewer viewer, PictureUpdate update, TileSet wanted, int maxBytes, int maxRects, long now, bool onlyQuiet)
    {
        // Goes round the picture, so that a viewer with room for few tiles gets all of them in turn.
        int start = viewer.NextTile;
        for (int pass = 0; pass < 2; pass++)
        {
            int end = pass == 0 ? _grid.Count : start;
            for (int tile = wanted.Next(pass == 0 ? start : 0); tile >= 0 && tile < end; tile = wanted.Next(tile + 1))
            {
                bool isQuiet = now - _changedAt[tile] >= QuietMilliseconds;
                if (onlyQuiet && !isQuiet)
                {
                    continue;
                }

                if (wanted == viewer.Dirty && !isQuiet && TryTakePart(viewer, update, tile, maxBytes, maxRects, out bool isFull))
                {
                    if (isFull)
                    {
                        viewer.NextTile = tile;
                        return;
                    }

                    continue;
                }

                EncodedPicture payload = EncodeTile(tile, isQuiet ? update.EncodingClass.Lossless : update.EncodingClass, viewer.Account);
                bool fits = update.Bytes + payload.Bytes.Length <= maxBytes && update.RectCount + payload.Result.RectCount <= maxRects;
                if (!fits && !update.IsEmpty)
                {
                    payload.Bytes.Dispose();
                    viewer.NextTile = tile;
                    return;
                }

                update.Add(payload);
                viewer.ApplyTile(tile, payload.Result.IsLossy);
            }
        }
    }

    /// <summary>
    /// The part of the newest step that has a tile, where the viewer lacks most of it anyway: it is encoded once for everybody, and smaller than its tiles. But where it
    /// is more than the viewer is to have at all, tiles.
    /// </summary>
    /// <param name="isFull">There is one, but no room for it beside what the update has.</param>
    private bool TryTakePart(SurfaceViewer viewer, PictureUpdate update, int tile, int maxBytes, int maxRects, out bool isFull)
    {
        isFull = false;
        if (_step is not { } step || step.FindPart(tile) is not (>= 0 and int index))
        {
            return false;
        }

        (Rect area, TileSet tiles) = step.Parts[index];
        if (maxBytes < area.Area / LeastCompression || 2 * tiles.CountOf(viewer.Dirty) < tiles.Count)
        {
            return false;
        }

        EncodedPicture picture = EncodePart(step, step.Open(update.EncodingClass, withMoves: true), index, update.EncodingClass, viewer.Account);
        if (picture.Bytes.Length > maxBytes || picture.Result.RectCount > maxRects)
        {
            return false;
        }

        isFull = update.Bytes + picture.Bytes.Length > maxBytes || update.RectCount + picture.Result.RectCount > maxRects;
        if (!isFull)
        {
            update.Add(picture.Retain());
            for (int covered = tiles.Next(0); covered >= 0; covered = tiles.Next(covered + 1))
            {
                viewer.ApplyTile(covered, picture.Result.IsLossy);
            }

            if (picture.Result.IsLossy)
            {
                // Tiles at its edges, too, of which it brings some pixels, though they need not have changed: joined areas have gaps.
                viewer.Lossy.AddTouching(area);
            }
        }

        return true;
    }

    /// <summary>A reference for the caller.</summary>
    private EncodedPicture EncodeTile(int tile, EncodingClass encodingClass, Account account)
    {
        if (_cache.Find(encodingClass, tile) is { } cached)
        {
            return cached.Retain();
        }

        EncodeResult result = _encoder.Encode(_front, _grid.TileRect(tile), encodingClass);
        EncodedPicture payload = new(ToShared(BufferTag.TileCache, account), result);
        _cache.Store(encodingClass, tile, payload);
        return payload;
    }

    private SharedLease ToShared(BufferTag tag, Account account)
    {
        try
        {
            return _encoder.ToShared(tag, account);
        }
        catch (QuotaExceededException)
        {
            // What is cached can be encoded again: give it up before giving a viewer up.
            _cache.Dispose();
            return _encoder.ToShared(tag, account);
        }
    }

    private void DropUnusedClasses()
    {
        HashSet<EncodingClass> used = [];
        foreach (SurfaceViewer viewer in _viewers)
        {
            used.Add(viewer.Class);
            used.Add(viewer.Class.Lossless);
        }

        _cache.KeepOnly(used);
        _step?.KeepOnly(used);
    }
}
