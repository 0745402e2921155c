using System.Runtime.InteropServices;

namespace Umbra.Core.Surfaces.Text;

/// <summary>
/// Monospaced letters for notices and test pictures, so that text needs no font file and looks the same everywhere. ASCII 32 to 126; every
/// other character shows as a box. One cell is <see cref="CellWidth"/> x <see cref="CellHeight"/> pixels times the scale.
/// </summary>
public static partial class BitmapFont
{
    public const int CellWidth = 6;
    public const int CellHeight = 10;
    private const int Columns = 5;
    private const int Rows = 9;
    private const int PerLine = 16;
    private const char First = ' ';
    private const int Unknown = 95;

    /// <summary>One value per glyph: bit row * 5 + column.</summary>
    private static readonly ulong[] Bits = Parse();

    /// <summary>The pixels a line of text takes.</summary>
    public static Size Measure(string text, int scale = 1) => new(text.Length * CellWidth * scale, CellHeight * scale);

    /// <summary>
    /// Draws one line with its top left corner at (<paramref name="x"/>, <paramref name="y"/>); only the strokes, what lies between them
    /// stays. What lies outside the picture is not drawn.
    /// </summary>
    public static void Draw(Canvas canvas, int x, int y, string text, uint bgrx, int scale = 1) =>
        Draw(canvas, canvas.Size.Bounds, x, y, text, bgrx, scale);

    /// <summary>The same, drawing inside <paramref name="clip"/> only.</summary>
    public static void Draw(Canvas canvas, Rect clip, int x, int y, string text, uint bgrx, int scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        clip = clip.Intersect(canvas.Size.Bounds);
        foreach (char character in text)
        {
            if (clip.Intersects(new Rect(x, y, CellWidth * scale, CellHeight * scale)))
            {
                DrawGlyph(canvas, clip, x, y, character, bgrx, scale);
            }

            x += CellWidth * scale;
        }
    }

    private static void DrawGlyph(Canvas canvas, Rect clip, int x, int y, char character, uint bgrx, int scale)
    {
        int index = character - First;
        ulong bits = Bits[(uint)index < Unknown ? index : Unknown];
        for (; bits != 0; bits &= bits - 1)
        {
            int bit = System.Numerics.BitOperations.TrailingZeroCount(bits);
            Rect dot = new Rect(x + (bit % Columns * scale), y + (bit / Columns * scale), scale, scale).Intersect(clip);
            for (int row = dot.Y; row < dot.Bottom; row++)
            {
                MemoryMarshal.Cast<byte, uint>(canvas.Row(dot.X, row, dot.Width)).Fill(bgrx);
            }
        }
    }

    private static ulong[] Parse()
    {
        string[] lines = Glyphs.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ulong[] glyphs = new ulong[lines.Length / Rows * PerLine];
        for (int line = 0; line < lines.Length; line++)
        {
            for (int column = 0; column < PerLine * CellWidth - 1; column++)
            {
                if (lines[line][column] == '#')
                {
                    int bit = (line % Rows * Columns) + (column % CellWidth);
                    glyphs[(line / Rows * PerLine) + (column / CellWidth)] |= 1UL << bit;
                }
            }
        }

        return glyphs;
    }
}
