namespace Umbra.Core.Surfaces;

/// <summary>How a picture of some size is cut into 64x64 tiles, numbered row by row. Tiles at the right and bottom edges may be smaller.</summary>
public readonly record struct TileGrid(Size Size)
{
    public const int TileSize = 64;

    public int Columns => (Size.Width + TileSize - 1) / TileSize;

    public int Rows => (Size.Height + TileSize - 1) / TileSize;

    public int Count => Columns * Rows;

    public Rect TileRect(int index)
    {
        int x = index % Columns * TileSize;
        int y = index / Columns * TileSize;
        return new Rect(x, y, Math.Min(TileSize, Size.Width - x), Math.Min(TileSize, Size.Height - y));
    }
}
