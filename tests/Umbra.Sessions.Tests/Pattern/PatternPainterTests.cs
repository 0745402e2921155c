using CsCheck;
using Umbra.Core.Input;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Pattern;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Sessions.Tests.Pattern;

public sealed class PatternPainterTests : PoolTest
{
    private static readonly Gen<Size> Sizes = Gen.Select(Gen.Int[1, 500], Gen.Int[1, 400], (width, height) => new Size(width, height));

    /// <summary>Every intermediate picture made from moves and damage alone must be the one painted from nothing.</summary>
    [Theory]
    [InlineData(PatternMode.Still)]
    [InlineData(PatternMode.Marker)]
    [InlineData(PatternMode.Video)]
    public void Advance_AnyHistory_EqualsPaint(PatternMode mode) => Gen.Select(Sizes, Gen.Int[0, 1_000_000]).Sample((size, seed) =>
    {
        Random random = new(seed);
        using PatternPainter painter = new(Pool, Account, size, mode);
        using Canvas canvas = new(Pool, Account, size);
        using Canvas expected = new(Pool, Account, size);
        PatternState state = new((uint)random.Next(), PatternInput.None);
        painter.Paint(canvas, state);
        for (int i = 0; i < 8; i++)
        {
            PatternState next = Next(random, state, size);
            List<Rect> damage = [];
            painter.Advance(canvas, state, next, damage, []);
            painter.Paint(expected, next);
            Assert.True(canvas.Pixels.SequenceEqual(expected.Pixels), $"{size} {state.Step} -> {next.Step}");
            Assert.All(damage, rect => Assert.True(size.Bounds.Contains(rect) && !rect.IsEmpty));
            state = next;
        }
    }, iter: 60, threads: 1);

    [Theory]
    [InlineData(PatternMode.Still)]
    [InlineData(PatternMode.Marker)]
    [InlineData(PatternMode.Video)]
    public void Paint_AnyStep_CarriesItsMarkerAndFillsThePicture(PatternMode mode)
    {
        Size size = new(320, 200);
        using PatternPainter painter = new(Pool, Account, size, mode);
        using Canvas canvas = new(Pool, Account, size);
        canvas.Fill(size.Bounds, 0xFFABCDEF);

        painter.Paint(canvas, new PatternState(777, PatternInput.None));

        Assert.True(PatternMarker.TryRead(canvas.Pixels, canvas.Stride, out uint step));
        Assert.Equal(777u, step);
        for (int i = 3; i < canvas.Pixels.Length; i += 4)
        {
            Assert.Equal(0, canvas.Pixels[i]);
        }
    }

    [Fact]
    public void Paint_VideoSteps_ChangeNearlyEveryPixel()
    {
        Size size = new(320, 200);
        using PatternPainter painter = new(Pool, Account, size, PatternMode.Video);
        using Canvas one = new(Pool, Account, size);
        using Canvas two = new(Pool, Account, size);

        painter.Paint(one, new PatternState(10, PatternInput.None));
        painter.Paint(two, new PatternState(11, PatternInput.None));

        int same = 0;
        for (int y = 20; y < 160; y++)
        {
            for (int x = 0; x < 320; x++)
            {
                same += one.Row(x, y, 1).SequenceEqual(two.Row(x, y, 1)) ? 1 : 0;
            }
        }

        Assert.InRange(same, 0, 320 * 140 / 10);
    }

    [Fact]
    public void Advance_OneMarkerStep_IsASmallChangeWithAMove()
    {
        Size size = new(1280, 800);
        using PatternPainter painter = new(Pool, Account, size, PatternMode.Marker);
        using Canvas canvas = new(Pool, Account, size);
        PatternState first = new(10, PatternInput.None);
        painter.Paint(canvas, first);
        List<Rect> damage = [];
        List<CopyMove> moves = [];

        painter.Advance(canvas, first, first with { Step = 11 }, damage, moves);

        Assert.Single(moves);
        Assert.InRange(damage.Sum(rect => rect.Area), 1, 40_000);
    }

    private static PatternState Next(Random random, PatternState state, Size size)
    {
        PatternInput input = state.Input;
        PointerInput pointer = new(random.Next(-20, size.Width + 20), random.Next(-20, size.Height + 20), (byte)random.Next(256));
        input = random.Next(4) switch
        {
            0 => input.With(new KeyInput((uint)random.Next(0x20, 0x7F), 0, true)),
            1 or 2 => input.With(pointer),
            _ => input,
        };
        int steps = random.Next(5) switch { 0 => 0, 1 => random.Next(200), 2 => -1, _ => 1 };
        return new PatternState((uint)(state.Step + steps), input);
    }
}
