using System.Runtime.InteropServices;

namespace Umbra.Core.Surfaces.Text;

/// <summary>
/// A dark panel with a text across the upper part of a picture: what people see over the last picture when its source is lost. The rest of
/// the picture stays as it is.
/// </summary>
public static class NoticeBanner
{
    private const uint Ground = 0x1C2128;
    private const uint Edge = 0x3A424D;
    private const uint Accent = 0xF0A830;
    private const uint Ink = 0xF2F4F7;
    private const uint Shade = 0x10141A;
    private const int MaxLines = 6;
    private const int MaxColumns = 64;
    private const int LineGap = 4;

    /// <summary>Draws the panel, as large as the text needs and the picture allows.</summary>
    /// <returns>The pixels that may have changed.</returns>
    public static Rect Draw(Canvas canvas, string text)
    {
        int scale = canvas.Size.Width switch { < 480 => 1, < 1600 => 2, _ => 3 };
        int padding = 10 * scale;
        int columns = Math.Min(MaxColumns, (canvas.Size.Width - (4 * padding)) / (BitmapFont.CellWidth * scale));
        IReadOnlyList<string> lines = TextLines.Wrap(text, Math.Max(1, columns), MaxLines);
        Rect panel = PanelFor(canvas.Size, lines, scale, padding);
        DrawPanel(canvas, panel, scale);
        int lineHeight = (BitmapFont.CellHeight + LineGap) * scale;
        for (int i = 0; i < lines.Count; i++)
        {
            int x = panel.X + ((panel.Width - BitmapFont.Measure(lines[i], scale).Width + scale) / 2) + scale;
            int y = panel.Y + padding + (i * lineHeight) + scale;
            BitmapFont.Draw(canvas, panel, x, y, lines[i], Ink, scale);
        }

        return Rect.FromEdges(panel.X, panel.Y, panel.Right + (2 * scale), panel.Bottom + (2 * scale)).Intersect(canvas.Size.Bounds);
    }

    private static Rect PanelFor(Size picture, IReadOnlyList<string> lines, int scale, int padding)
    {
        int textWidth = lines.Max(line => line.Length) * BitmapFont.CellWidth * scale;
        int textHeight = ((lines.Count * (BitmapFont.CellHeight + LineGap)) - LineGap) * scale;
        int width = Math.Min(picture.Width, Math.Max(textWidth + (4 * padding), picture.Width / 3));
        int height = Math.Min(picture.Height, textHeight + (2 * padding));
        int top = Math.Min(picture.Height / 8, picture.Height - height);
        return new Rect((picture.Width - width) / 2, top, width, height);
    }

    /// <summary>Shadow, frame, ground and the coloured bar on the left that says at a glance that this is no part of the desktop.</summary>
    private static void DrawPanel(Canvas canvas, Rect panel, int scale)
    {
        Darken(canvas, panel.Offset(2 * scale, 2 * scale));
        canvas.Fill(panel, Edge);
        Rect inside = Rect.FromEdges(panel.X + scale, panel.Y + scale, panel.Right - scale, panel.Bottom - scale);
        canvas.Fill(inside, Ground);
        canvas.Fill(inside with { Width = 3 * scale }, Accent);
        canvas.Fill(inside with { Y = inside.Bottom - scale, Height = scale }, Shade);
    }

    private static void Darken(Canvas canvas, Rect rect)
    {
        rect = rect.Intersect(canvas.Size.Bounds);
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            Span<uint> row = MemoryMarshal.Cast<byte, uint>(canvas.Row(rect.X, y, rect.Width));
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = (row[x] >> 1) & 0x7F7F7F;
            }
        }
    }
}
