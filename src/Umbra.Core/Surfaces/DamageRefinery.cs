using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// Finds what really changed inside claimed damage: compares the new picture with the front one tile by tile, copies the changed rows
/// over, and yields the smallest rectangle of change in each tile, then joined into as few rectangles as cost no more than they save.
/// </summary>
internal static class DamageRefinery
{
    /// <summary>Pixels between two areas of text that are sent as one.</summary>
    private const int MaxGap = 2 * TileGrid.TileSize;

    /// <summary>Pixels of such a one: what goes through zlib as one rectangle.</summary>
    private const int MaxTextArea = 64 * 1024;

    /// <summary>One tile in so many may be as it was in a picture that is new as a whole.</summary>
    private const int OldTiles = 8;

    /// <summary>Whether nearly every tile has changed from corner to corner: then there is nothing to find out, and a copy is all that comparing would give.</summary>
    public static bool IsNearlyAllNew(Canvas front, Canvas next)
    {
        ReadOnlySpan<uint> old = MemoryMarshal.Cast<byte, uint>(front.Pixels);
        ReadOnlySpan<uint> now = MemoryMarshal.Cast<byte, uint>(next.Pixels);
        (int width, int height) = (front.Size.Width, front.Size.Height);
        (int tiles, int changed) = (0, 0);
        for (int y = 0; y < height; y = NextEdge(y))
        {
            int top = y * width;
            int bottom = (Math.Min(NextEdge(y), height) - 1) * width;
            for (int x = 0; x < width; x = NextEdge(x))
            {
                int right = Math.Min(NextEdge(x), width) - 1;
                bool isNew = (old[top + x] != now[top + x] && old[bottom + right] != now[bottom + right])
                    || (old[top + right] != now[top + right] && old[bottom + x] != now[bottom + x]);
                (tiles, changed) = (tiles + 1, changed + (isNew ? 1 : 0));
            }
        }

        return changed >= tiles - (tiles / OldTiles);
    }

    /// <summary>Copies changes from <paramref name="next"/> to <paramref name="front"/> (same size); adds one rectangle per changed tile part.</summary>
    public static void Refine(Canvas front, Canvas next, Rect claimed, List<Rect> changed)
    {
        claimed = claimed.Intersect(front.Size.Bounds);
        if (claimed.IsEmpty)
        {
            return;
        }

        Span<uint> frontPixels = MemoryMarshal.Cast<byte, uint>(front.Pixels);
        ReadOnlySpan<uint> nextPixels = MemoryMarshal.Cast<byte, uint>(next.Pixels);
        for (int y = claimed.Y; y < claimed.Bottom; y = NextEdge(y))
        {
            int height = Math.Min(NextEdge(y), claimed.Bottom) - y;
            for (int x = claimed.X; x < claimed.Right; x = NextEdge(x))
            {
                Rect part = new(x, y, Math.Min(NextEdge(x), claimed.Right) - x, height);
                Rect change = RefineTile(frontPixels, nextPixels, front.Size.Width, part);
                if (!change.IsEmpty)
                {
                    changed.Add(change);
                }
            }
        }
    }

    /// <summary>
    /// Joins neighbours, first along tile rows, then down columns, where the union adds little area that did not change. Text is joined across gaps as well: where all there is
    /// has few colours, more pixels cost less than one more rectangle, and repeat more of what was before them.
    /// </summary>
    /// <param name="front">Of which they are.</param>
    public static void Join(List<Rect> rects, Canvas front)
    {
        JoinNeighbours(rects, front, (a, b) => a.Y / TileGrid.TileSize == b.Y / TileGrid.TileSize ? b.X - a.Right : int.MaxValue);
        rects.Sort((a, b) => a.X != b.X ? a.X.CompareTo(b.X) : a.Y.CompareTo(b.Y));
        JoinNeighbours(rects, front, (a, b) => b.Y - a.Bottom);
        rects.Sort((a, b) => a.Y != b.Y ? a.Y.CompareTo(b.Y) : a.X.CompareTo(b.X));
    }

    private static int NextEdge(int position) => (position / TileGrid.TileSize * TileGrid.TileSize) + TileGrid.TileSize;

    private static Rect RefineTile(Span<uint> front, ReadOnlySpan<uint> next, int stride, Rect part)
    {
        Span<uint> changes = stackalloc uint[TileGrid.TileSize];
        changes = changes[..part.Width];
        changes.Clear();
        int top = -1;
        int bottom = 0;
        for (int y = part.Y; y < part.Bottom; y++)
        {
            int start = (y * stride) + part.X;
            Span<uint> oldRow = front.Slice(start, part.Width);
            ReadOnlySpan<uint> newRow = next.Slice(start, part.Width);
            if (!newRow.SequenceEqual(oldRow))
            {
                Replace(oldRow, newRow, changes);
                top = top < 0 ? y : top;
                bottom = y + 1;
            }
        }

        int left = changes.IndexOfAnyExcept(0u);
        return left < 0 ? default : Rect.FromEdges(part.X + left, top, part.X + changes.LastIndexOfAnyExcept(0u) + 1, bottom);
    }

    /// <summary>Copies a row over another of the same length, and marks where they differ. Once through memory: it is what this costs.</summary>
    private static void Replace(Span<uint> oldRow, ReadOnlySpan<uint> newRow, Span<uint> changes)
    {
        ref uint old = ref MemoryMarshal.GetReference(oldRow);
        ref uint now = ref MemoryMarshal.GetReference(newRow);
        ref uint change = ref MemoryMarshal.GetReference(changes);
        nuint length = (nuint)oldRow.Length;
        nuint i = 0;
        for (; i + (nuint)Vector256<uint>.Count <= length; i += (nuint)Vector256<uint>.Count)
        {
            Vector256<uint> pixels = Vector256.LoadUnsafe(ref now, i);
            (Vector256.LoadUnsafe(ref change, i) | (Vector256.LoadUnsafe(ref old, i) ^ pixels)).StoreUnsafe(ref change, i);
            pixels.StoreUnsafe(ref old, i);
        }

        for (int rest = (int)i; rest < newRow.Length; rest++)
        {
            changes[rest] |= oldRow[rest] ^ newRow[rest];
            oldRow[rest] = newRow[rest];
        }
    }

    private static void JoinNeighbours(List<Rect> rects, Canvas front, Func<Rect, Rect, int> gap)
    {
        int kept = 0;
        for (int i = 1; i < rects.Count; i++)
        {
            Rect union = rects[kept].Union(rects[i]);
            long sum = rects[kept].Area + rects[i].Area;
            int between = gap(rects[kept], rects[i]);
            if ((between <= 1 && union.Area <= sum * 5 / 4)
                || (between <= MaxGap && union.Area <= Math.Min(2 * sum, MaxTextArea) && PixelScan.HasFewColours(front, union)))
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
