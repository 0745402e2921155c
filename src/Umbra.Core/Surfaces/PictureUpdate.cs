using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// What one viewer is sent next: moves to apply first, then encoded rectangles. Owns a reference on every payload; dispose when sent, once: it is used again for what
/// the viewer is sent then.
/// </summary>
public sealed class PictureUpdate : IDisposable
{
    private readonly SurfaceViewer _viewer;
    private readonly List<EncodedPicture> _payloads = [];

    internal PictureUpdate(SurfaceViewer viewer) => _viewer = viewer;

    /// <summary>The commit whose content the payloads show.</summary>
    public ulong Commit { get; private set; }

    public Size Size { get; private set; }

    public EncodingClass EncodingClass { get; private set; }

    /// <summary>Moves inside the picture, before the payloads, in order.</summary>
    public ReadOnlyMemory<CopyMove> Moves { get; internal set; }

    public IReadOnlyList<EncodedPicture> Payloads => _payloads;

    /// <summary>RFB rectangles in the payloads (moves not counted).</summary>
    public int RectCount { get; private set; }

    /// <summary>Payload bytes.</summary>
    public long Bytes { get; private set; }

    public bool IsLossy { get; private set; }

    /// <summary>Nothing in it is new: it only replaces what was sent with loss before.</summary>
    public bool IsRefinement { get; internal set; }

    /// <summary>With this update the viewer has everything there is.</summary>
    public bool IsComplete { get; internal set; }

    public bool IsEmpty => RectCount == 0 && Moves.Length == 0;

    public void Dispose()
    {
        foreach (EncodedPicture payload in _payloads)
        {
            payload.Bytes.Dispose();
        }

        _payloads.Clear();
        _viewer.Keep(this);
    }

    /// <summary>Empty, whatever it was used for before.</summary>
    internal void Begin(ulong commit, Size size, EncodingClass encodingClass)
    {
        (Commit, Size, EncodingClass) = (commit, size, encodingClass);
        (RectCount, Bytes, Moves) = (0, 0, default);
        (IsLossy, IsRefinement, IsComplete) = (false, false, false);
    }

    /// <summary>Takes over the caller's reference.</summary>
    internal void Add(EncodedPicture payload)
    {
        _payloads.Add(payload);
        RectCount += payload.Result.RectCount;
        Bytes += payload.Bytes.Length;
        IsLossy |= payload.Result.IsLossy;
    }
}
