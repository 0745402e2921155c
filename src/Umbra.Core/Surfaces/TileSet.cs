using System.Numerics;

namespace Umbra.Core.Surfaces;

/// <summary>A set of tiles of one grid, one bit each: all that is ever kept of what a viewer has not seen. Not thread-safe.</summary>
public sealed class TileSet(TileGrid grid)
{
    private readonly ulong[] _words = new ulong[(grid.Count + 63) / 64];

    public TileGrid Grid => grid;

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public int Count
    {
        get
        {
            int count = 0;
            foreach (ulong word in _words)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    public bool Contains(int tile) => (_words[tile >> 6] & (1UL << tile)) != 0;

    public void Add(int tile) => _words[tile >> 6] |= 1UL << tile;

    public void Remove(int tile) => _words[tile >> 6] &= ~(1UL << tile);

    public void Clear() => Array.Clear(_words);

    public void AddAll()
    {
        for (int tile = 0; tile < grid.Count; tile++)
        {
            Add(tile);
        }
    }

    /// <summary>Adds every tile that <paramref name="rect"/> touches.</summary>
    public void AddTouching(Rect rect)
    {
        rect = rect.Intersect(grid.Size.Bounds);
        if (rect.IsEmpty)
        {
            return;
        }

        for (int row = rect.Y / TileGrid.TileSize; row <= (rect.Bottom - 1) / TileGrid.TileSize; row++)
        {
            for (int column = rect.X / TileGrid.TileSize; column <= (rect.Right - 1) / TileGrid.TileSize; column++)
            {
                Add((row * grid.Columns) + column);
            }
        }
    }

    /// <summary>Adds every tile that lies inside <paramref name="rect"/> as a whole.</summary>
    public void AddCovered(Rect rect)
    {
        rect = rect.Intersect(grid.Size.Bounds);
        int lastRow = rect.Bottom == grid.Size.Height ? grid.Rows : rect.Bottom / TileGrid.TileSize;
        int lastColumn = rect.Right == grid.Size.Width ? grid.Columns : rect.Right / TileGrid.TileSize;
        for (int row = (rect.Y + TileGrid.TileSize - 1) / TileGrid.TileSize; row < lastRow; row++)
        {
            for (int column = (rect.X + TileGrid.TileSize - 1) / TileGrid.TileSize; column < lastColumn; column++)
            {
                Add((row * grid.Columns) + column);
            }
        }
    }

    /// <summary>How many tiles it has in common with <paramref name="other"/>.</summary>
    public int CountOf(TileSet other)
    {
        int count = 0;
        for (int i = 0; i < _words.Length; i++)
        {
            count += BitOperations.PopCount(_words[i] & other._words[i]);
        }

        return count;
    }

    /// <summary>Whether <paramref name="other"/> has all tiles of this set.</summary>
    public bool IsWithin(TileSet other)
    {
        for (int i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & ~other._words[i]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Removes every tile that lies inside <paramref name="rect"/> as a whole.</summary>
    public void RemoveCovered(Rect rect)
    {
        for (int tile = Next(0); tile >= 0; tile = Next(tile + 1))
        {
            if (rect.Contains(grid.TileRect(tile)))
            {
                Remove(tile);
            }
        }
    }

    public bool TouchesAny(Rect rect)
    {
        for (int tile = Next(0); tile >= 0; tile = Next(tile + 1))
        {
            if (grid.TileRect(tile).Intersects(rect))
            {
                return true;
            }
        }

        return false;
    }

    public void UnionWith(TileSet other)
    {
        for (int i = 0; i < _words.Length; i++)
        {
            _words[i] |= other._words[i];
        }
    }

    /// <summary>The first tile of the set at or after <paramref name="from"/>, or -1.</summary>
    public int Next(int from)
    {
        for (int word = from >> 6; word < _words.Length; word++)
        {
            ulong bits = _words[word];
            if (word == from >> 6)
            {
                bits &= ulong.MaxValue << from;
            }

            if (bits != 0)
            {
                return (word << 6) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return -1;
    }
}
