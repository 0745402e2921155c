using CsCheck;
using Umbra.Core.Surfaces.Text;

namespace Umbra.Core.Tests.Surfaces.Text;

public sealed class TextLinesTests
{
    [Theory]
    [InlineData("", 10, "")]
    [InlineData("short", 10, "short")]
    [InlineData("server-b is not reachable", 12, "server-b is|not|reachable")]
    [InlineData("exactly ten", 7, "exactly|ten")]
    [InlineData("abcdefghij", 4, "abcd|efgh|ij")]
    [InlineData("one\ntwo\r\nthree", 10, "one|two|three")]
    [InlineData("a b c d e f g h", 1, "a|b|c|...")]
    public void Wrap_Text_BreaksBetweenWords(string text, int columns, string expected)
    {
        IReadOnlyList<string> lines = TextLines.Wrap(text, columns, maxLines: 4);

        Assert.Equal(expected.Replace("|...", columns == 1 ? "|." : "|...", StringComparison.Ordinal), string.Join('|', lines));
    }

    [Fact]
    public void Wrap_TooManyLines_LastEndsInDots() =>
        Assert.Equal(["one two", "thre..."], TextLines.Wrap("one two three four five", 7, maxLines: 2));

    [Fact]
    public void Wrap_AnyText_FitsAndKeepsEveryCharacter() =>
        Gen.Select(Gen.String[Gen.Char['a', 'c'], 0, 80], Gen.Int[1, 20]).Sample((letters, columns) =>
    {
        string text = letters.Replace('c', ' ');
        IReadOnlyList<string> lines = TextLines.Wrap(text, columns, maxLines: 1000);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, columns));
        Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
    });
}
