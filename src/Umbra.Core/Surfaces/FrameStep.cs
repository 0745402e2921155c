using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// The newest commit as a step from the one before it: what viewers who keep up are sent, encoded at most once per class (and once
/// more for viewers without CopyRect). Guarded by the surface's lock.
/// </summary>
internal sealed class FrameStep(ulong commit, TileSet tiles, CopyMove[] moves, Rect[] damage, StepPart[] parts, bool isRefinement) : IDisposable
{
    private readonly Dictionary<(EncodingClass Class, bool WithMoves), EncodedStep> _encoded = [];
    private TileSet? _covered;

    public ulong Commit => commit;

    /// <summary>Every tile the step touches, moves included.</summary>
    public TileSet Tiles => tiles;

    public CopyMove[] Moves => moves;

    /// <summary>What changed besides the moves.</summary>
    public Rect[] Damage => damage;

    /// <summary>Of large areas of <see cref="Damage"/>.</summary>
    public StepPart[] Parts => parts;

    /// <summary>The part that has all of a tile, or -1.</summary>
    public int FindPart(int tile)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Tiles.Contains(tile))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whoever lacks only these tiles may be sent the step, though he has not what came before it: it brings all of them, and moves nothing.</summary>
    public bool BringsAll(TileSet lacking) => moves.Length == 0 && lacking.IsWithin(_covered ??= Cover());

    /// <summary>The source only replaces lossy pixels by exact ones: encode without loss, whatever the class.</summary>
    public bool IsRefinement => isRefinement;

    /// <summary>Of all its forms.</summary>
    public long Bytes => _encoded.Values.Sum(encoded => encoded.Bytes);

    public EncodedStep? Find(in EncodingClass encodingClass, bool withMoves) => _encoded.GetValueOrDefault((encodingClass, withMoves));

    /// <summary>What is encoded in that form, to be completed.</summary>
    public EncodedStep Open(in EncodingClass encodingClass, bool withMoves)
    {
        if (!_encoded.TryGetValue((encodingClass, withMoves), out EncodedStep? encoded))
        {
            _encoded[(encodingClass, withMoves)] = encoded = new EncodedStep(parts.Length);
        }

        return encoded;
    }

    /// <summary>The form it came in; takes over the reference.</summary>
    public void Set(in ReceivedPicture received) =>
        _encoded.Add((received.EncodingClass, true), new EncodedStep(received.Picture, parts.Length) { IsComplete = true });

    /// <summary>Drops the forms nobody takes any more; they can be made again.</summary>
    public void KeepOnly(IReadOnlySet<EncodingClass> used)
    {
        foreach ((EncodingClass Class, bool WithMoves) unused in _encoded.Keys.Where(key => !used.Contains(key.Class)).ToList())
        {
            _encoded.Remove(unused, out EncodedStep? encoded);
            encoded!.Dispose();
        }
    }

    /// <summary>Whether these very bytes are among the encoded forms.</summary>
    public bool Holds(in ReceivedPicture received) =>
        Find(received.EncodingClass, withMoves: true)?.Is(received.Picture) ?? false;

    public void Dispose()
    {
        foreach (EncodedStep encoded in _encoded.Values)
        {
            encoded.Dispose();
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
