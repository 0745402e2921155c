using System.Runtime.InteropServices;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Surfaces;

/// <summary>What is scrolled up or down.</summary>
public sealed class MoveFinderTests : PoolTest
{
    private const int LineHeight = 13;
    private static readonly Size Full = new(400, 300);
    private static readonly Rect Window = new(64, 26, 256, 260);
    private readonly Canvas _before;
    private readonly Canvas _now;
    private readonly List<Rect> _broken = [];

    public MoveFinderTests()
    {
        _before = new Canvas(Pool, Account, Full);
        _now = new Canvas(Pool, Account, Full);
    }

    [Theory]
    [InlineData(-LineHeight)]
    [InlineData(LineHeight)]
    [InlineData(-5 * LineHeight)]
    [InlineData(-1)]
    public void Find_TextInAWindowScrolled_IsThatMove(int distance)
    {
        Write(_before, firstLine: 10, offset: 0);
        Write(_now, firstLine: 10, offset: distance);
        CopyMove move = new MoveFinder().Find(_before, _now, [Window], _broken)!.Value;

        Assert.Equal((0, -distance), (move.SourceX - move.Target.X, move.SourceY - move.Target.Y));
        Assert.True(Window.Contains(move.Target) && Window.Contains(move.Source), $"{move}");

        // Text is as wide as the window here, and blank rows at both ends may be left out.
        Assert.Equal((Window.X, Window.Width), (move.Target.X, move.Target.Width));
        Assert.InRange(move.Target.Height, Window.Height - Math.Abs(distance) - (2 * LineHeight), Window.Height - Math.Abs(distance));
    }

    /// <summary>What stands beside the text, here a bar that does not move, is left out.</summary>
    [Fact]
    public void Find_SomethingBesideItStands_IsOnlyWhatMoved()
    {
        Write(_before, 0, 0);
        Write(_now, 0, -LineHeight);
        Rect bar = new(Window.Right - 70, Window.Y, 70, Window.Height);
        for (int y = bar.Y; y < bar.Bottom; y++)
        {
            _before.Fill(new Rect(bar.X, y, bar.Width, 1), (uint)y * 12345);
            _now.Fill(new Rect(bar.X, y, bar.Width, 1), (uint)y * 12345);
        }

        CopyMove move = new MoveFinder().Find(_before, _now, [Window], _broken)!.Value;
        Assert.Equal(LineHeight, move.SourceY - move.Target.Y);
        Assert.True(move.Target.Right <= bar.X, $"{move.Target}");
    }

    /// <summary>Where a source tells more than what changed, the edges of what scrolled are found to the pixel.</summary>
    [Fact]
    public void Find_AllIsClaimed_IsOnlyWhatScrolled()
    {
        new Random(1).NextBytes(_before.Pixels);
        _now.CopyFrom(_before, Full.Bounds);
        Write(_before, 0, 0);
        Write(_now, 0, -LineHeight);

        CopyMove move = new MoveFinder().Find(_before, _now, [Full.Bounds], _broken)!.Value;

        Assert.Equal(LineHeight, move.SourceY - move.Target.Y);
        Assert.Equal((Window.X, Window.Width), (move.Target.X, move.Target.Width));
        Assert.True(Window.Contains(move.Target) && Window.Contains(move.Source), $"{move}");
        Assert.Empty(_broken);
    }

    [Fact]
    public void Find_NothingMoved_IsNothing()
    {
        Assert.Null(new MoveFinder().Find(_before, _now, [Full.Bounds], _broken));
        Write(_before, 0, 0);
        Assert.Null(new MoveFinder().Find(_now, _before, [Full.Bounds], _broken));
        Write(_now, 0, 0);
        Assert.Null(new MoveFinder().Find(_before, _now, [Full.Bounds], _broken));
        new Random(1).NextBytes(_now.Pixels);
        Assert.Null(new MoveFinder().Find(_before, _now, [Full.Bounds], _broken));
    }

    /// <summary>After much that was no scrolling it takes a while to be found, but it is.</summary>
    [Fact]
    public void Find_AfterAFilm_IsFoundAgain()
    {
        MoveFinder finder = new();
        Random random = new(1);
        for (int i = 0; i < 100; i++)
        {
            random.NextBytes(_before.Pixels);
            Assert.Null(finder.Find(_before, _now, [Full.Bounds], _broken));
        }

        Write(_before, 0, 0);
        Write(_now, 0, -LineHeight);
        Assert.Contains(Enumerable.Range(0, 8), _ => finder.Find(_before, _now, [Window], _broken) is not null);
    }

    [Fact]
    public void Commit_Scrolled_IsAMoveAndALine_AndExact()
    {
        using Surface surface = new(Pool, Account, new PixelEncoder(), Full);
        Write(_before, 0, 0);
        surface.Commit(_before, [Full.Bounds], [], 0);
        using SurfaceViewer viewer = surface.AddViewer(new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx), Account, () => { });
        using SurfaceViewer simple = surface.AddViewer(new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx), Account, () => { });
        simple.SupportsMoves = false;
        using Canvas seen = new(Pool, Account, Full);
        using Canvas seenSimply = new(Pool, Account, Full);
        PixelEncoder.Take(viewer, seen);
        PixelEncoder.Take(simple, seenSimply);

        // A caret blinks beside what moves.
        Write(_now, 0, -LineHeight);
        _now.Fill(new Rect(80, 100, 3, 10), 0xFFFFFF);
        surface.Commit(_now, [Window], [], 0);
        long bytes = PixelEncoder.Take(viewer, seen);
        PixelEncoder.Take(simple, seenSimply);

        Assert.InRange(bytes, 1, Window.Width * 4 * 3 * LineHeight);
        Assert.True(_now.Pixels.SequenceEqual(seen.Pixels));
        Assert.True(_now.Pixels.SequenceEqual(seenSimply.Pixels));
    }

    protected override void Dispose(bool disposing)
    {
        _before.Dispose();
        _now.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Lines of something like letters, each line another, on one background.</summary>
    private static void Write(Canvas canvas, int firstLine, int offset)
    {
        canvas.Fill(Window, 0x202020);
        for (int y = Window.Y; y < Window.Bottom; y++)
        {
            int inText = y - Window.Y - offset + (100 * LineHeight);
            Random letters = new((inText / LineHeight) + firstLine);
            Span<uint> row = MemoryMarshal.Cast<byte, uint>(canvas.Row(Window.X, y, Window.Width));
            for (int x = 0; x + 6 < row.Length && inText % LineHeight > 1; x += 8)
            {
                row.Slice(x, 6).Fill((letters.Next() >> (inText % LineHeight)) % 2 == 0 ? 0xE0E0E0u : 0x202020u);
            }
        }
    }
}
