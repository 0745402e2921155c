namespace Umbra.Core.Surfaces;

/// <summary>
/// Passing on before decoding. A picture that came in encoded is announced before its bytes are decoded (a full-screen JPEG takes 5 to 10 ms): viewers who are
/// current and of its class are sent those bytes at once, and are then ahead of the surface until the commit that follows catches up with them.
/// </summary>
public sealed partial class Surface
{
    /// <summary>What viewers may take before it is committed; at most one.</summary>
    private FrameStep? _announced;

    /// <summary>
    /// The bytes of the next commit, which must follow with the same <paramref name="damage"/>, <paramref name="moves"/> and <paramref name="received"/>;
    /// otherwise <see cref="Withdraw"/> must. A picture nobody could take so is not announced.
    /// </summary>
    /// <param name="received">Remains the caller's.</param>
    public void Announce(Size size, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, in ReceivedPicture received)
    {
        lock (_gate)
        {
            EndAnnouncement(isKept: false);
            if (_disposed || size != Size || _commit == 0 || moves.Length > MaxMoves)
            {
                return;
            }

            FrameStep step = new(_commit + 1, TilesOf(damage, moves), moves.ToArray(), damage.ToArray(), [], received.IsRefinement);
            step.Set(received with { Picture = received.Picture.Retain() });
            _announced = step;
            foreach (SurfaceViewer viewer in _viewers)
            {
                if (viewer.IsCurrent && viewer.Class == received.EncodingClass)
                {
                    viewer.Changed();
                }
            }
        }
    }

    /// <summary>The announced picture does not come: whoever took it is sent those tiles as they are.</summary>
    public void Withdraw()
    {
        lock (_gate)
        {
            EndAnnouncement(isKept: false);
        }
    }

    private PictureUpdate? TakeAnnounced(SurfaceViewer viewer, int maxBytes, int maxRects)
    {
        if (_announced is not { } step || !viewer.IsCurrent
            || step.Find(viewer.Class, viewer.SupportsMoves || step.Moves.Length == 0) is not { IsComplete: true } encoded
            || encoded.Bytes > maxBytes || encoded.Result.RectCount + step.Moves.Length > maxRects)
        {
            return null;
        }

        PictureUpdate update = viewer.NewUpdate(step.Commit, Size, viewer.Class);
        (update.Moves, update.IsRefinement, update.IsComplete) = (step.Moves, step.IsRefinement, true);
        encoded.AddTo(update);
        viewer.ApplyStep(step, encoded.Result.IsLossy);
        viewer.IsAhead = true;
        viewer.IsWaiting = false;
        return update;
    }

    /// <param name="isKept">The surface has it now, too; otherwise those who took it are behind.</param>
    private void EndAnnouncement(bool isKept)
    {
        if (_announced is not { } step)
        {
            return;
        }

        foreach (SurfaceViewer viewer in _viewers)
        {
            if (viewer.IsAhead && !isKept && viewer.Dirty.Grid == step.Tiles.Grid)
            {
                viewer.Dirty.UnionWith(step.Tiles);
                viewer.Changed();
            }

            viewer.IsAhead = false;
        }

        _announced = null;
        step.Dispose();
    }
}
