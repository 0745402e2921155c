using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Cuts rectangles to sizes an encoding allows.</summary>
internal static class RectSplit
{
    /// <summary>Columns of equal width, each cut into bands of equal height; every part within both limits.</summary>
    public static IEnumerable<Rect> Parts(Rect rect, int maxWidth, int maxArea)
    {
        int columns = (rect.Width + maxWidth - 1) / maxWidth;
        for (int c = 0; c < columns; c++)
        {
            int left = rect.X + (rect.Width * c / columns);
            int right = rect.X + (rect.Width * (c + 1) / columns);
            int maxHeight = Math.Max(1, maxArea / (right - left));
            int bands = (rect.Height + maxHeight - 1) / maxHeight;
            for (int b = 0; b < bands; b++)
            {
                yield return Rect.FromEdges(left, rect.Y + (rect.Height * b / bands), right, rect.Y + (rect.Height * (b + 1) / bands));
            }
        }
    }

    /// <summary>
    /// Two parts across the longer side, cut on a multiple of <paramref name="grain"/> from its start. The longer side exceeds the
    /// grain.
    /// </summary>
    public static (Rect First, Rect Second) Halves(Rect rect, int grain)
    {
        bool wide = rect.Width >= rect.Height;
        int length = wide ? rect.Width : rect.Height;
        int cut = Math.Max(grain, length / 2 / grain * grain);
        return wide
            ? (rect with { Width = cut }, rect with { X = rect.X + cut, Width = length - cut })
            : (rect with { Height = cut }, rect with { Y = rect.Y + cut, Height = length - cut });
    }
}
