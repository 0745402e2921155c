using System.Runtime.InteropServices;
using Umbra.Core.Surfaces;
using Umbra.Core.Surfaces.Text;
using Umbra.Testing;

namespace Umbra.Core.Tests.Surfaces.Text;

public sealed class BitmapFontTests : PoolTest
{
    [Fact]
    public void Draw_LetterL_HasItsStrokes()
    {
        using Canvas canvas = new(Pool, Account, new Size(6, 10));

        BitmapFont.Draw(canvas, 0, 0, "L", 1);

        string[] expected = ["#.....", "#.....", "#.....", "#.....", "#.....", "#.....", "#####.", "......", "......", "......"];
        Assert.Equal(string.Concat(expected), Dots(canvas));
    }

    [Fact]
    public void Draw_EveryCharacter_LooksDifferent()
    {
        string[] pictures = [.. Enumerable.Range(32, 96).Select(code => Picture((char)code))];

        Assert.Equal(96, pictures.Distinct().Count());
        Assert.DoesNotContain('#', pictures[0]);
    }

    [Theory]
    [InlineData('\0')]
    [InlineData('\x1f')]
    [InlineData('\x7f')]
    [InlineData('é')]
    [InlineData('\uffff')]
    public void Draw_UnknownCharacter_IsTheBox(char character) => Assert.Equal(Picture('\x80'), Picture(character));

    [Fact]
    public void Draw_Scaled_EveryDotIsASquare()
    {
        using Canvas small = new(Pool, Account, new Size(24, 10));
        using Canvas large = new(Pool, Account, new Size(72, 30));

        BitmapFont.Draw(small, 0, 0, "g%Q~", 7);
        BitmapFont.Draw(large, 0, 0, "g%Q~", 7, scale: 3);

        string dots = Dots(small);
        string scaled = Dots(large);
        Assert.All(Enumerable.Range(0, 72 * 30), i => Assert.Equal(dots[(i / 72 / 3 * 24) + (i % 72 / 3)], scaled[i]));
    }

    [Fact]
    public void Draw_AcrossEveryEdge_EqualsThePartOfAWholeDrawing()
    {
        using Canvas whole = new(Pool, Account, new Size(120, 80));
        BitmapFont.Draw(whole, 30, 30, "Wxy@", 5, scale: 2);
        foreach ((int dx, int dy) in new[] { (40, 40), (0, 40), (70, 40), (40, 0), (40, 44), (-500, 0), (500, 500) })
        {
            using Canvas part = new(Pool, Account, new Size(20, 10));
            BitmapFont.Draw(part, 30 - dx, 30 - dy, "Wxy@", 5, scale: 2);
            Assert.All(Enumerable.Range(0, 200), i =>
            {
                (int x, int y) = ((i % 20) + dx, (i / 20) + dy);
                uint expected = x is >= 0 and < 120 && y is >= 0 and < 80 ? Pixel(whole, x, y) : 0;
                Assert.Equal(expected, Pixel(part, i % 20, i / 20));
            });
        }
    }

    [Fact]
    public void Draw_WithClip_TouchesNothingOutside()
    {
        using Canvas canvas = new(Pool, Account, new Size(60, 20));
        Rect clip = new(11, 4, 13, 9);

        BitmapFont.Draw(canvas, clip, 0, 0, "MMMMM", 9, scale: 2);

        IEnumerable<int> drawn = Enumerable.Range(0, 60 * 20).Where(i => Pixel(canvas, i % 60, i / 60) != 0);
        Assert.All(drawn, i => Assert.True(clip.Contains(new Rect(i % 60, i / 60, 1, 1))));
        Assert.Contains('#', Dots(canvas));
    }

    private string Picture(char character)
    {
        using Canvas canvas = new(Pool, Account, new Size(BitmapFont.CellWidth, BitmapFont.CellHeight));
        BitmapFont.Draw(canvas, 0, 0, character.ToString(), 0xFFFFFF);
        return Dots(canvas);
    }

    private static uint Pixel(Canvas canvas, int x, int y) => MemoryMarshal.Read<uint>(canvas.Row(x, y, 1));

    private static string Dots(Canvas canvas) =>
        string.Concat(MemoryMarshal.Cast<byte, uint>(canvas.Pixels).ToArray().Select(pixel => pixel == 0 ? '.' : '#'));
}
