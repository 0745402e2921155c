using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// The newest commit as a step from the one before it: what viewers who keep up are sent, encoded at most once per class (and once
/// more for viewers without CopyRect). Guarded by the surface's lock.
/// </summary>
internal sealed class FrameStep(ulong commit, TileSet tiles, CopyMove[] moves, Rect[] damage, bool isRefinement) : IDisposable
{
    private readonly Dictionary<(EncodingClass Class, bool WithMoves), EncodedPicture> _encoded = [];
    private TileSet? _covered;

    public ulong Commit => commit;

    /// <summary>Every tile the step touches, moves included.</summary>
    public TileSet Tiles => tiles;

    public CopyMove[] Moves => moves;

    /// <summary>What changed besides the moves.</summary>
    public Rect[] Damage => damage;

    /// <summary>Whoever lacks only these tiles may be sent the step, though he has not what came before it: it brings all of them, and moves nothing.</summary>
    public bool BringsAll(TileSet lacking) => moves.Length == 0 && lacking.IsWithin(_covered ??= Cover());

    /// <summary>The source only replaces lossy pixels by exact ones: encode without loss, whatever the class.</summary>
    public bool IsRefinement => isRefinement;

    /// <summary>Of all its forms.</summary>
    public long Bytes => _encoded.Values.Sum(payload => (long)payload.Bytes.Length);

    public bool TryGet(in EncodingClass encodingClass, bool withMoves, out EncodedPicture payload) =>
        _encoded.TryGetValue((encodingClass, withMoves), out payload);

    /// <summary>Takes over the caller's reference.</summary>
    public void Set(in EncodingClass encodingClass, bool withMoves, EncodedPicture payload) => _encoded.Add((encodingClass, withMoves), payload);

    /// <summary>Drops the forms nobody takes any more; they can be made again.</summary>
    public void KeepOnly(IReadOnlySet<EncodingClass> used)
    {
        foreach ((EncodingClass Class, bool WithMoves) unused in _encoded.Keys.Where(key => !used.Contains(key.Class)).ToList())
        {
            _encoded.Remove(unused, out EncodedPicture payload);
            payload.Bytes.Dispose();
        }
    }

    /// <summary>Whether these very bytes are among the encoded forms.</summary>
    public bool Holds(in ReceivedPicture received) =>
        TryGet(received.EncodingClass, withMoves: true, out EncodedPicture payload) && payload.Bytes == received.Picture.Bytes;

    public void Dispose()
    {
        foreach (EncodedPicture payload in _encoded.Values)
        {
            payload.Bytes.Dispose();
        }

        _encoded.Clear();
    }

    private TileSet Cover()
    {
        TileSet covered = new(tiles.Grid);
        foreach (Rect rect in damage)
        {
            covered.AddCovered(rect);
        }

        return covered;
    }
}
