namespace Umbra.Core.Surfaces.Text;

/// <summary>Breaks a text into lines that fit.</summary>
public static class TextLines
{
    /// <summary>
    /// Lines of at most <paramref name="columns"/> characters, broken between words where possible, else inside a long word; at most
    /// <paramref name="maxLines"/>, the last of which then ends in three dots. Line ends in the text are kept.
    /// </summary>
    public static IReadOnlyList<string> Wrap(string text, int columns, int maxLines)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxLines);
        List<string> lines = [];
        foreach (string paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            string rest = paragraph.Trim();
            do
            {
                if (lines.Count == maxLines)
                {
                    lines[^1] = Shorten(lines[^1], columns);
                    return lines;
                }

                int length = LineLength(rest, columns);
                lines.Add(rest[..length].TrimEnd());
                rest = rest[length..].TrimStart();
            }
            while (rest.Length > 0);
        }

        return lines;
    }

    private static int LineLength(string text, int columns)
    {
        if (text.Length <= columns)
        {
            return text.Length;
        }

        int space = text.LastIndexOf(' ', columns);
        return space > 0 ? space : columns;
    }

    private static string Shorten(string line, int columns)
    {
        int kept = Math.Min(line.Length, Math.Max(0, columns - 3));
        return line[..kept] + "..."[..Math.Min(3, columns - kept)];
    }
}
