using System.Runtime.InteropServices;
using CsCheck;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Surfaces;

/// <summary>Windows dragged over a desktop, and what is scrolled sideways.</summary>
public sealed class MoveFinderDragTests : PoolTest
{
    private static readonly Size Full = new(640, 480);
    private static readonly Rect Window = new(203, 151, 222, 170);
    private readonly Canvas _before;
    private readonly Canvas _now;
    private readonly List<Rect> _broken = [];

    public MoveFinderDragTests()
    {
        _before = new Canvas(Pool, Account, Full);
        _now = new Canvas(Pool, Account, Full);
    }

    public static TheoryData<int, int> Distances { get; } = new()
    {
        { 1, 0 }, { -1, 1 }, { 0, 7 }, { 5, -3 }, { -16, -16 }, { 37, 80 }, { 120, -101 }, { -203, -151 }, { 215, 150 }, { 190, -5 }, { -3, 159 },
    };

    [Theory]
    [MemberData(nameof(Distances))]
    public void Find_WindowOfTextDragged_IsThatMoveToThePixel(int right, int down) => FindsTheWindow(right, down, Text);

    [Theory]
    [MemberData(nameof(Distances))]
    public void Find_WindowOfAPhotoDragged_IsThatMoveToThePixel(int right, int down) => FindsTheWindow(right, down, Photo);

    /// <summary>As far as the other pictures say; what is not on the screen before cannot be brought.</summary>
    [Theory]
    [InlineData(-100, 0)]
    [InlineData(430, 12)]
    [InlineData(20, 400)]
    public void Find_WindowDraggedInFromTheEdge_IsWhatWasOnTheScreen(int left, int top)
    {
        Rect old = Window with { X = left, Y = top };
        Draw(_before, old, Text);
        Draw(_now, Window, Text);

        CopyMove move = new MoveFinder().Find(_before, _now, Damage(old, Window), _broken)!.Value;

        Assert.Equal((Window.X - left, Window.Y - top), (move.Target.X - move.SourceX, move.Target.Y - move.SourceY));
        Assert.True(Window.Contains(move.Target) && move.Target.Area > old.Intersect(Full.Bounds).Area * 9 / 10, $"{move}");
    }

    [Fact]
    public void Find_CaretBlinksInTheWindow_IsBroken()
    {
        Draw(_before, Window, Text);
        Rect moved = Window.Offset(23, 11);
        Draw(_now, moved, Text);
        Rect caret = new(moved.X + 50, moved.Y + 60, 2, 12);
        _now.Fill(caret, 0x0000FF);

        CopyMove move = new MoveFinder().Find(_before, _now, Damage(Window, moved), _broken)!.Value;

        Assert.Equal(moved, move.Target);
        Assert.Equal([caret with { X = moved.X, Width = moved.Width }], _broken);
    }

    /// <summary>An area of text beside which nothing moved.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(-31)]
    [InlineData(100)]
    public void Find_ScrolledSideways_IsThatMove(int right)
    {
        Draw(_before, Window, Text);
        Draw(_now, Window, (canvas, rect) => Text(canvas, rect.Offset(right, 0), rect));

        CopyMove move = new MoveFinder().Find(_before, _now, [Window], _broken)!.Value;

        Assert.Equal((right, 0), (move.Target.X - move.SourceX, move.Target.Y - move.SourceY));
        Assert.InRange(move.Target.Width, Window.Width - Math.Abs(right) - 2, Window.Width);
    }

    [Fact]
    public void Find_NothingMoved_IsNothing()
    {
        MoveFinder finder = new();
        Draw(_before, Window, Text);
        Draw(_now, Window, Text);
        Assert.Null(finder.Find(_before, _now, [Full.Bounds], _broken));

        // Other text.
        Text(_now, Window with { Y = Window.Y - 5000 }, Window);
        Assert.Null(finder.Find(_before, _now, [Full.Bounds], _broken));
        Assert.Null(finder.Find(_before, _now, [Window], _broken));
        Assert.Null(finder.Find(_before, _now, [], _broken));
        Assert.Empty(_broken);
    }

    [Fact]
    public void Find_Film_IsNothing()
    {
        MoveFinder finder = new();
        for (int i = 0; i < 30; i++)
        {
            Photo(_before, Full.Bounds, Full.Bounds, seed: i);
            Photo(_now, Full.Bounds, Full.Bounds, seed: i + 1);
            Assert.Null(finder.Find(_before, _now, [Full.Bounds], _broken));
        }
    }

    /// <summary>Any of many distances would do: none is taken that brings less than it says.</summary>
    [Theory]
    [InlineData(8, 0)]
    [InlineData(5, 3)]
    [InlineData(24, 48)]
    public void Find_PatternThatRepeats_IsNothingOrRight(int right, int down)
    {
        Pattern(_before, 0, 0);
        Pattern(_now, right, down);

        if (new MoveFinder().Find(_before, _now, [Full.Bounds], _broken) is { } move)
        {
            Assert.True(Brings(move, [Full.Bounds]));
        }
    }

    [Fact]
    public void AnyChanges_MoveAndWhatItBreaks_BringThePicture() => Gen.Int.Sample(
        seed =>
        {
            Random random = new(seed);
            Rect[] damage = Change(random);
            _broken.Clear();
            return new MoveFinder().Find(_before, _now, damage, _broken) is not { } move || Brings(move, damage);
        },
        iter: 300,
        threads: 1);

    [Fact]
    public void Commit_WindowDragged_IsAMoveAndWhatItUncovers_AndExact()
    {
        using Surface surface = new(Pool, Account, new PixelEncoder(), Full);
        Draw(_before, Window, Text);
        surface.Commit(_before, [Full.Bounds], [], 0);
        using SurfaceViewer viewer = surface.AddViewer(new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx), Account, () => { });
        using SurfaceViewer simple = surface.AddViewer(new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx), Account, () => { });
        simple.SupportsMoves = false;
        using Canvas seen = new(Pool, Account, Full);
        using Canvas seenSimply = new(Pool, Account, Full);
        PixelEncoder.Take(viewer, seen);
        PixelEncoder.Take(simple, seenSimply);

        Rect old = Window;
        foreach ((int right, int down) in ((int, int)[])[(9, 4), (30, -12), (-80, -40), (0, 15), (-7, 0)])
        {
            Rect moved = old.Offset(right, down);
            Draw(_now, moved, Text);
            surface.Commit(_now, Damage(old, moved), [], 0);
            long bytes = PixelEncoder.Take(viewer, seen);
            long bytesSimply = PixelEncoder.Take(simple, seenSimply);

            long uncovered = old.Area - old.Intersect(moved).Area;
            Assert.InRange(bytes, uncovered * 4, (uncovered * 4) + 4096);
            Assert.True(bytesSimply > moved.Area * 3, $"{bytesSimply}");
            Assert.True(_now.Pixels.SequenceEqual(seen.Pixels));
            Assert.True(_now.Pixels.SequenceEqual(seenSimply.Pixels));
            old = moved;
        }
    }

    protected override void Dispose(bool disposing)
    {
        _before.Dispose();
        _now.Dispose();
        base.Dispose(disposing);
    }

    private void FindsTheWindow(int right, int down, Action<Canvas, Rect> content)
    {
        Rect moved = Window.Offset(right, down);
        Draw(_before, Window, content);
        Draw(_now, moved, content);

        CopyMove move = new MoveFinder().Find(_before, _now, Damage(Window, moved), _broken)!.Value;

        Assert.Equal(new CopyMove(Window.X, Window.Y, moved), move);
        Assert.Empty(_broken);
    }

    private bool Brings(CopyMove move, Rect[] damage)
    {
        Assert.True(Full.Bounds.Contains(move.Source) && Full.Bounds.Contains(move.Target), $"{move}");
        using Canvas picture = new(Pool, Account, Full);
        picture.CopyFrom(_before, Full.Bounds);
        picture.CopyWithin(move.SourceX, move.SourceY, move.Target);
        foreach (Rect rect in damage)
        {
            rect.Without(move.Target, _broken);
        }

        _broken.ForEach(rect => picture.CopyFrom(_now, rect));
        return picture.Pixels.SequenceEqual(_now.Pixels);
    }

    /// <summary>Some things moved over something, and some that changed; tells the areas, at times as one.</summary>
    private Rect[] Change(Random random)
    {
        Action<Canvas, Rect>[] contents = [Text, Photo, (canvas, rect) => canvas.Fill(rect, 0x336699), (canvas, rect) => Pattern(canvas, rect.X, rect.Y)];
        contents[random.Next(4)](_before, Full.Bounds);
        _now.CopyFrom(_before, Full.Bounds);
        List<Rect> damage = [];
        for (int i = random.Next(3); i >= 0; i--)
        {
            Rect old = Any(random);
            Rect moved = old with { X = random.Next(Full.Width - old.Width + 1), Y = random.Next(Full.Height - old.Height + 1) };
            moved = random.Next(3) == 0 ? moved with { X = old.X } : moved;
            contents[random.Next(2)](_before, old);
            for (int y = 0; y < old.Height; y++)
            {
                _before.Row(old.X, old.Y + y, old.Width).CopyTo(_now.Row(moved.X, moved.Y + y, old.Width));
            }

            Rect other = Any(random);
            _now.Fill(other with { Width = Math.Min(other.Width, 20), Height = Math.Min(other.Height, 20) }, (uint)i);
            damage.AddRange(old, moved, other);
        }

        // What was drawn over by later ones.
        return random.Next(2) == 0 ? [.. damage] : [damage.Aggregate((all, rect) => all.Union(rect))];
    }

    private static Rect Any(Random random)
    {
        (int width, int height) = (random.Next(1, 400), random.Next(1, 300));
        return new Rect(random.Next(Full.Width - width + 1), random.Next(Full.Height - height + 1), width, height);
    }

    /// <summary>As an X server tells it: where the window is, and the strips it uncovered.</summary>
    private static Rect[] Damage(Rect old, Rect moved)
    {
        List<Rect> damage = [moved];
        old.Without(moved, damage);
        return [.. damage];
    }

    /// <summary>A window over a desktop of noise.</summary>
    private static void Draw(Canvas canvas, Rect window, Action<Canvas, Rect> content)
    {
        Photo(canvas, Full.Bounds, Full.Bounds, seed: 77);
        content(canvas, window);
    }

    private static void Text(Canvas canvas, Rect rect) => Text(canvas, rect, rect);

    /// <summary>Lines of letters of two colours, with spaces, under a title.</summary>
    /// <param name="at">Where the text is, of which there is more to all sides.</param>
    private static void Text(Canvas canvas, Rect at, Rect clip)
    {
        canvas.Fill(clip, 0xFFFFFF);
        clip = clip.Intersect(canvas.Size.Bounds);
        for (int y = clip.Y; y < clip.Bottom; y++)
        {
            Span<uint> row = Pixels(canvas, clip.X, y, clip.Width);
            (int line, int inLine) = Math.DivRem(y - at.Y + 10_400, 13);
            for (int x = 0; x < row.Length && inLine > 2; x++)
            {
                (int column, int inLetter) = Math.DivRem(x + clip.X - at.X + 6000, 6);
                uint letter = (uint)HashCode(line, column);
                bool isInk = letter % 6 != 0 && inLetter < 5 && (HashCode((int)(letter % 26), (inLine * 5) + inLetter) & 1) == 0;
                row[x] = isInk ? 0 : row[x];
            }
        }
    }

    private static void Photo(Canvas canvas, Rect rect) => Photo(canvas, rect, rect, seed: 1);

    private static void Photo(Canvas canvas, Rect at, Rect clip, int seed)
    {
        clip = clip.Intersect(canvas.Size.Bounds);
        for (int y = clip.Y; y < clip.Bottom; y++)
        {
            Span<uint> row = Pixels(canvas, clip.X, y, clip.Width);
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = (uint)HashCode(x + clip.X - at.X, y - at.Y + (seed << 16)) & 0xFFFFFF;
            }
        }
    }

    private static void Pattern(Canvas canvas, int right, int down)
    {
        for (int y = 0; y < Full.Height; y++)
        {
            Span<uint> row = Pixels(canvas, 0, y, Full.Width);
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = (uint)HashCode((x - right + 4800) % 24, (y - down + 4800) % 24) & 0xFFFFFF;
            }
        }
    }

    private static Span<uint> Pixels(Canvas canvas, int x, int y, int width) => MemoryMarshal.Cast<byte, uint>(canvas.Row(x, y, width));

    private static int HashCode(int a, int b)
    {
        uint hash = ((uint)a * 2654435761) ^ ((uint)b * 2246822519);
        hash = (hash ^ (hash >> 15)) * 2246822519;
        return (int)(hash ^ (hash >> 13));
    }
}
