using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>Makes of many rectangles few.</summary>
internal static class XDamageList
{
    /// <summary>A rectangle costs a request, an answer and a place in the picture's list: about as much as so many pixels.</summary>
    private const long RectCost = 4096;

    /// <summary>
    /// Clips to the screen, joins what costs less joined, and goes on joining neighbours until there are at most <paramref name="max"/>. Regions are sorted
    /// from top to bottom, so neighbours in the list are near each other.
    /// </summary>
    public static void Join(List<Rect> rects, Rect screen, int max)
    {
        int kept = 0;
        for (int i = 0; i < rects.Count; i++)
        {
            Rect rect = rects[i].Intersect(screen);
            if (rect.IsEmpty)
            {
                continue;
            }

            if (kept > 0 && IsCheaperJoined(rects[kept - 1], rect))
            {
                rects[kept - 1] = rects[kept - 1].Union(rect);
            }
            else
            {
                rects[kept++] = rect;
            }
        }

        rects.RemoveRange(kept, rects.Count - kept);
        while (rects.Count > max)
        {
            JoinPairs(rects);
        }
    }

    private static bool IsCheaperJoined(Rect first, Rect second) => first.Union(second).Area <= first.Area + second.Area + RectCost;

    private static void JoinPairs(List<Rect> rects)
    {
        int half = (rects.Count + 1) / 2;
        for (int i = 0; i < half; i++)
        {
            rects[i] = (2 * i) + 1 < rects.Count ? rects[2 * i].Union(rects[(2 * i) + 1]) : rects[2 * i];
        }

        rects.RemoveRange(half, rects.Count - half);
    }
}
