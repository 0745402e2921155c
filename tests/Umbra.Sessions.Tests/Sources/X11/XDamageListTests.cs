using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.X11;

namespace Umbra.Sessions.Tests.Sources.X11;

public sealed class XDamageListTests
{
    private static readonly Rect Screen = new(0, 0, 1000, 1000);

    [Fact]
    public void Join_AnyRectangles_FewThatHoldThemAllAndNothingElseOutside()
    {
        Random random = new(11);
        for (int round = 0; round < 200; round++)
        {
            List<Rect> rects = [.. Enumerable.Range(0, random.Next(300))
                .Select(_ => new Rect(random.Next(-50, 1050), random.Next(-50, 1050), random.Next(0, 100), random.Next(0, 100)))];
            Rect[] before = [.. rects];

            XDamageList.Join(rects, Screen, 16);

            Assert.InRange(rects.Count, 0, 16);
            Assert.All(rects, rect => Assert.True(!rect.IsEmpty && Screen.Contains(rect)));
            Assert.All(before.Select(rect => rect.Intersect(Screen)).Where(rect => !rect.IsEmpty), rect => Assert.Contains(rects, joined => joined.Contains(rect)));
        }
    }

    [Fact]
    public void Join_FarApart_StaysApart()
    {
        List<Rect> rects = [new(0, 0, 10, 10), new(900, 900, 10, 10)];
        XDamageList.Join(rects, Screen, 16);
        Assert.Equal([new(0, 0, 10, 10), new(900, 900, 10, 10)], rects);
    }

    [Fact]
    public void Join_PiecesOfOneArea_BecomeOne()
    {
        List<Rect> rects = [new(10, 0, 50, 3), new(0, 3, 70, 20), new(10, 23, 50, 3)];
        XDamageList.Join(rects, Screen, 16);
        Assert.Equal([new(0, 0, 70, 26)], rects);
    }
}
