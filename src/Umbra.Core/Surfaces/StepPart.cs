namespace Umbra.Core.Surfaces;

/// <summary>
/// Some rows of a large area of a step: encoded by itself, so that who has no room for all of the step can be sent a part of what others are sent.
/// </summary>
/// <param name="Tiles">Those that lie inside it as a whole.</param>
internal sealed record StepPart(Rect Area, TileSet Tiles)
{
    /// <summary>Cuts areas of at least so many pixels at rows of tiles into parts of about half as many; smaller ones are no part.</summary>
    public static StepPart[] Of(ReadOnlySpan<Rect> damage, TileGrid grid, int largeArea)
    {
        List<StepPart> parts = [];
        foreach (Rect rect in damage)
        {
            int height = Math.Max(1, largeArea / 2 / (rect.Width * TileGrid.TileSize)) * TileGrid.TileSize;
            for (int y = rect.Y; y < rect.Bottom && rect.Area >= largeArea;)
            {
                int end = Math.Min(rect.Bottom, (y + height) / TileGrid.TileSize * TileGrid.TileSize);
                Rect area = Rect.FromEdges(rect.X, y, rect.Right, end);
                TileSet tiles = new(grid);
                tiles.AddCovered(area);
                parts.Add(new StepPart(area, tiles));
                y = end;
            }
        }

        return [.. parts];
    }
}
