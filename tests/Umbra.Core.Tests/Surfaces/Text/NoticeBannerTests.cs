using System.Runtime.InteropServices;
using CsCheck;
using Umbra.Core.Surfaces;
using Umbra.Core.Surfaces.Text;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Surfaces.Text;

public sealed class NoticeBannerTests : PoolTest
{
    private const string Text = "server-b is not reachable; trying again...";

    [Fact]
    public void Draw_OrdinaryPicture_LiesInTheUpperHalfInTheMiddle()
    {
        using Canvas canvas = new(Pool, Account, new Size(1280, 800));

        Rect drawn = NoticeBanner.Draw(canvas, Text);

        Assert.InRange(drawn.X + (drawn.Width / 2), 630, 650);
        Assert.InRange(drawn.Bottom, 60, 400);
        Assert.True(CountOf(canvas, 0xF2F4F7) > 1000);
    }

    [Fact]
    public void Draw_LongText_NeedsMoreRoom()
    {
        using Canvas canvas = new(Pool, Account, new Size(640, 480));
        int one = NoticeBanner.Draw(canvas, Text).Height;

        Assert.True(NoticeBanner.Draw(canvas, string.Join(' ', Enumerable.Repeat(Text, 4))).Height > one * 2);
    }

    [Fact]
    public void Draw_AnySizeAndText_ChangesNothingOutsideWhatItSays() =>
        Gen.Select(Gen.Int[1, 700], Gen.Int[1, 200], Gen.String[0, 300]).Sample((width, height, text) =>
    {
        using Canvas canvas = new(Pool, Account, new Size(width, height));
        canvas.Fill(canvas.Size.Bounds, 0x123456);

        Rect drawn = NoticeBanner.Draw(canvas, text);

        Assert.True(canvas.Size.Bounds.Contains(drawn));
        canvas.Fill(drawn, 0x123456);
        Assert.Equal(width * height, CountOf(canvas, 0x123456));
    }, iter: 200, threads: 1);

    private static int CountOf(Canvas canvas, uint bgrx) => MemoryMarshal.Cast<byte, uint>(canvas.Pixels).Count(bgrx);
}
