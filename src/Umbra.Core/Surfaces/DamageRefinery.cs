using System.Runtime.InteropServices;

namespace Umbra.Core.Surfaces;

/// <summary>
/// Finds what really changed inside claimed damage: compares the new picture with the front one tile by tile, copies the changed rows
/// over, and yields the smallest rectangle of change in each tile, then joined into as few rectangles as cost no more than they save.
/// </summary>
internal static class DamageRefinery
{
    /// <summary>Copies changes from <paramref name="next"/> to <paramref name="front"/> (same size); adds one rectangle per changed tile part.</summary>
    public static void Refine(Canvas front, Canvas next, Rect claimed, List<Rect> changed)
    {
        claimed = claimed.Intersect(front.Size.Bounds);
        if (claimed.IsEmpty)
        {
            return;
        }

        for (int y = claimed.Y; y < claimed.Bottom; y = NextEdge(y))
        {
            int height = Math.Min(NextEdge(y), claimed.Bottom) - y;
            for (int x = claimed.X; x < claimed.Right; x = NextEdge(x))
            {
                Rect part = new(x, y, Math.Min(NextEdge(x), claimed.Right) - x, height);
                Rect change = RefineTile(front, next, part);
                if (!change.IsEmpty)
                {
                    changed.Add(change);
                }
            }
        }
    }

    /// <summary>Joins neighbours, first along tile rows, then down columns, where the union adds little area that did not change.</summary>
    public static void Join(List<Rect> rects)
    {
        JoinNeighbours(rects, (a, b) => b.X - a.Right <= 1 && a.Y / TileGrid.TileSize == b.Y / TileGrid.TileSize);
        rects.Sort((a, b) => a.X != b.X ? a.X.CompareTo(b.X) : a.Y.CompareTo(b.Y));
        JoinNeighbours(rects, (a, b) => b.Y - a.Bottom <= 1);
        rects.Sort((a, b) => a.Y != b.Y ? a.Y.CompareTo(b.Y) : a.X.CompareTo(b.X));
    }

    private static int NextEdge(int position) => (position / TileGrid.TileSize * TileGrid.TileSize) + TileGrid.TileSize;

    private static Rect RefineTile(Canvas front, Canvas next, Rect part)
    {
        int top = -1;
        int bottom = 0;
        int left = part.Width;
        int right = 0;
        for (int y = part.Y; y < part.Bottom; y++)
        {
            Span<byte> oldRow = front.Row(part.X, y, part.Width);
            Span<byte> newRow = next.Row(part.X, y, part.Width);
            int same = oldRow.CommonPrefixLength(newRow);
            if (same == oldRow.Length)
            {
                continue;
            }

            top = top < 0 ? y : top;
            bottom = y + 1;
            left = Math.Min(left, same / Canvas.BytesPerPixel);
            right = Math.Max(right, LastDifference(oldRow, newRow) + 1);
            newRow.CopyTo(oldRow);
        }

        return top < 0 ? default : Rect.FromEdges(part.X + left, top, part.X + right, bottom);
    }

    private static int LastDifference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        ReadOnlySpan<uint> left = MemoryMarshal.Cast<byte, uint>(a);
        ReadOnlySpan<uint> right = MemoryMarshal.Cast<byte, uint>(b);
        int i = left.Length - 1;
        while (left[i] == right[i])
        {
            i--;
        }

        return i;
    }

    private static void JoinNeighbours(List<Rect> rects, Func<Rect, Rect, bool> areNeighbours)
    {
        int kept = 0;
        for (int i = 1; i < rects.Count; i++)
        {
            Rect union = rects[kept].Union(rects[i]);
            if (areNeighbours(rects[kept], rects[i]) && union.Area <= (rects[kept].Area + rects[i].Area) * 5 / 4)
            {
                rects[kept] = union;
            }
            else
            {
                rects[++kept] = rects[i];
            }
        }

        if (rects.Count > 0)
        {
            rects.RemoveRange(kept + 1, rects.Count - kept - 1);
        }
    }
}
