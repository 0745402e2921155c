namespace Umbra.Commands;

/// <summary>Text of strangers on a terminal: titles, reasons and addresses must not carry escape sequences.</summary>
internal static class PlainText
{
    /// <summary>Control and formatting characters become a visible mark.</summary>
    public static string Of(string? text) =>
        text is null ? "" : string.Create(text.Length, text, (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                char c = source[i];
                bool hidden = char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator;
                span[i] = hidden ? '\uFFFD' : c;
            }
        });
}
