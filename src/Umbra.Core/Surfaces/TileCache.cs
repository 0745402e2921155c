using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// Newest encoded content per (class, tile), at most one payload each. A payload lives until its tile changes, its last viewer leaves
/// or memory is short. Guarded by the surface's lock.
/// </summary>
internal sealed class TileCache(TileGrid grid) : IDisposable
{
    /// <summary>Classes cached at once; viewers of further classes are encoded for alone, so no client can grow the cache by asking for odd formats.</summary>
    public const int MaxClasses = 16;

    private readonly Dictionary<EncodingClass, EncodedPicture?[]> _classes = [];

    /// <summary>Of all payloads.</summary>
    public long Bytes => _classes.Values.Sum(tiles => tiles.Sum(payload => (long)(payload?.Bytes.Length ?? 0)));

    /// <summary>A borrowed payload, or null.</summary>
    public EncodedPicture? Find(in EncodingClass encodingClass, int tile) =>
        _classes.TryGetValue(encodingClass, out EncodedPicture?[]? tiles) ? tiles[tile] : null;

    /// <summary>Keeps a reference of its own on <paramref name="payload"/> where the class has room.</summary>
    public void Store(in EncodingClass encodingClass, int tile, EncodedPicture payload)
    {
        if (!_classes.TryGetValue(encodingClass, out EncodedPicture?[]? tiles))
        {
            if (_classes.Count >= MaxClasses)
            {
                return;
            }

            _classes[encodingClass] = tiles = new EncodedPicture?[grid.Count];
        }

        tiles[tile]?.Bytes.Dispose();
        tiles[tile] = payload.Retain();
    }

    /// <summary>Drops what is stale since <paramref name="changed"/> changed.</summary>
    public void Invalidate(TileSet changed)
    {
        foreach (EncodedPicture?[] tiles in _classes.Values)
        {
            for (int tile = changed.Next(0); tile >= 0; tile = changed.Next(tile + 1))
            {
                tiles[tile]?.Bytes.Dispose();
                tiles[tile] = null;
            }
        }
    }

    /// <summary>Drops classes nobody uses any more.</summary>
    public void KeepOnly(IReadOnlySet<EncodingClass> used)
    {
        foreach (EncodingClass unused in _classes.Keys.Where(c => !used.Contains(c)).ToList())
        {
            Drop(_classes[unused]);
            _classes.Remove(unused);
        }
    }

    public void Dispose()
    {
        foreach (EncodedPicture?[] tiles in _classes.Values)
        {
            Drop(tiles);
        }

        _classes.Clear();
    }

    private static void Drop(EncodedPicture?[] tiles)
    {
        foreach (EncodedPicture? payload in tiles)
        {
            payload?.Bytes.Dispose();
        }
    }
}
