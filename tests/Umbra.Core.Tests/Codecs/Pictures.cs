using System.Runtime.InteropServices;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Codecs;

/// <summary>Contents that codecs treat differently.</summary>
public enum Picture
{
    Solid,
    TwoColours,
    SixteenColours,
    ManyColours,
    Gradient,
    Photo,
    Noise,
    Text,
    Desktop,
}

internal static class Pictures
{
    public static readonly Picture[] All = Enum.GetValues<Picture>();

    public static void Draw(this Canvas canvas, Rect rect, Picture picture, Random random)
    {
        switch (picture)
        {
            case Picture.Text:
                DrawText(canvas, rect, random);
                return;
            case Picture.Desktop:
                DrawDesktop(canvas, rect, random);
                return;
        }

        uint[] palette = [.. Enumerable.Range(0, 200).Select(_ => (uint)random.Next(1 << 24))];
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            Span<uint> row = MemoryMarshal.Cast<byte, uint>(canvas.Row(rect.X, y, rect.Width));
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = picture switch
                {
                    Picture.Solid => palette[0],
                    Picture.TwoColours => palette[random.Next(2)],
                    Picture.SixteenColours => palette[(x / 3) + y & 15],
                    Picture.ManyColours => palette[((x * 7) + (y * 3)) % 200],
                    Picture.Gradient => (uint)((x & 255) << 16 | (y & 255) << 8 | ((x + y) & 255)),
                    Picture.Photo => Photo(x, y, random),
                    _ => (uint)random.Next(1 << 24),
                };
            }
        }
    }

    /// <summary>Smooth waves with a little grain.</summary>
    private static uint Photo(int x, int y, Random random)
    {
        int red = 128 + (int)(90 * Math.Sin(x / 37.0)) + random.Next(8);
        int green = 128 + (int)(90 * Math.Sin(y / 29.0)) + random.Next(8);
        int blue = 128 + (int)(90 * Math.Sin((x + y) / 53.0)) + random.Next(8);
        return (uint)(red << 16 | green << 8 | blue);
    }

    /// <summary>Grey-edged strokes in lines on white.</summary>
    private static void DrawText(Canvas canvas, Rect rect, Random random)
    {
        canvas.Fill(rect, 0xFFFFFF);
        for (int y = rect.Y + 2; y < rect.Bottom; y += 14)
        {
            for (int x = rect.X; x < rect.Right; x += 4 + random.Next(5))
            {
                uint edge = (uint)random.Next(16) * 0x101010;
                canvas.Fill(new Rect(x, y, 1, random.Next(4, 10)).Intersect(rect), 0x000000);
                canvas.Fill(new Rect(x + 1, y + 2, 1, random.Next(2, 8)).Intersect(rect), edge);
                canvas.Fill(new Rect(x, y + random.Next(8), random.Next(2, 5), 1).Intersect(rect), 0x202020);
            }
        }
    }

    /// <summary>Flat areas, text and a film beside each other.</summary>
    private static void DrawDesktop(Canvas canvas, Rect rect, Random random)
    {
        canvas.Fill(rect, 0x336699);
        Rect left = new Rect(rect.X + 5, rect.Y + 9, rect.Width / 2, (rect.Height / 2) + 3).Intersect(rect);
        Rect right = new Rect(rect.X + (rect.Width / 2), rect.Y + (rect.Height / 3), rect.Width / 3, rect.Height / 2).Intersect(rect);
        if (!left.IsEmpty)
        {
            DrawText(canvas, left, random);
        }

        if (!right.IsEmpty)
        {
            Draw(canvas, right, Picture.Photo, random);
        }
    }
}
