using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// What one viewer is sent next: moves to apply first, then encoded rectangles. Owns a reference on every payload; dispose when sent.
/// </summary>
public sealed class PictureUpdate : IDisposable
{
    private readonly List<EncodedPicture> _payloads = [];

    internal PictureUpdate(ulong commit, Size size, EncodingClass encodingClass)
    {
        Commit = commit;
        Size = size;
        EncodingClass = encodingClass;
    }

    /// <summary>The commit whose content the payloads show.</summary>
    public ulong Commit { get; }

    public Size Size { get; }

    public EncodingClass EncodingClass { get; }

    /// <summary>Moves inside the picture, before the payloads, in order.</summary>
    public IReadOnlyList<CopyMove> Moves { get; internal set; } = [];

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

    public bool IsEmpty => RectCount == 0 && Moves.Count == 0;

    public void Dispose()
    {
        foreach (EncodedPicture payload in _payloads)
        {
            payload.Bytes.Dispose();
        }

        _payloads.Clear();
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
