using CsCheck;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Pattern;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Sessions.Tests.Pattern;

public sealed class PatternMarkerTests : PoolTest
{
    [Fact]
    public void TryRead_AnyStep_ReadsItBack() => Gen.UInt.Sample(step =>
    {
        using Canvas canvas = Draw(step);
        Assert.True(PatternMarker.TryRead(canvas.Pixels, canvas.Stride, out uint read));
        Assert.Equal(step % PatternMarker.Modulus, read);
    }, iter: 200, threads: 1);

    /// <summary>The same bits as tests/Interop/xmove.c draws; a change here has to be made there.</summary>
    [Fact]
    public void Draw_Step_HasTheAgreedBits()
    {
        using Canvas canvas = Draw(0x00ABCD);

        Assert.Equal("0000000010101011" + "1100110101000001", Bits(canvas));
    }

    [Theory]
    [InlineData(0x000000u)]
    [InlineData(0xFFFFFFu)]
    [InlineData(0x808080u)]
    public void TryRead_OneColour_IsNoMarker(uint colour)
    {
        using Canvas canvas = new(Pool, Account, new Size(160, 20));
        canvas.Fill(canvas.Size.Bounds, colour);

        Assert.False(PatternMarker.TryRead(canvas.Pixels, canvas.Stride, out _));
    }

    [Fact]
    public void TryRead_OneSquareTurned_IsNoMarker()
    {
        for (int i = 0; i < 32; i++)
        {
            using Canvas canvas = Draw(0x123456);
            Rect square = new(i % 16 * 8, i / 16 * 8, 8, 8);
            canvas.Fill(square, canvas.Row(square.X, square.Y, 1)[0] == 0 ? 0xFFFFFFu : 0);
            Assert.False(PatternMarker.TryRead(canvas.Pixels, canvas.Stride, out _));
        }
    }

    [Fact]
    public void TryRead_NoisyAndBlurred_StillReads()
    {
        Random random = new(1);
        using Canvas canvas = Draw(54321);
        foreach (ref byte value in canvas.Pixels)
        {
            value = (byte)Math.Clamp((value * 180 / 255) + 35 + random.Next(-30, 31), 0, 255);
        }

        Assert.True(PatternMarker.TryRead(canvas.Pixels, canvas.Stride, out uint step));
        Assert.Equal(54321u, step);
    }

    [Fact]
    public void TryRead_PictureTooSmall_IsNoMarker()
    {
        using Canvas narrow = new(Pool, Account, new Size(127, 16));
        using Canvas flat = new(Pool, Account, new Size(128, 15));

        Assert.False(PatternMarker.TryRead(narrow.Pixels, narrow.Stride, out _));
        Assert.False(PatternMarker.TryRead(flat.Pixels, flat.Stride, out _));
        Assert.False(PatternMarker.TryRead([], 0, out _));
    }

    private Canvas Draw(uint step)
    {
        Canvas canvas = new(Pool, Account, new Size(160, 20));
        canvas.Fill(canvas.Size.Bounds, 0x3355AA);
        PatternMarker.Draw(canvas, canvas.Size.Bounds, step);
        return canvas;
    }

    private static string Bits(Canvas canvas) =>
        string.Concat(Enumerable.Range(0, 32).Select(i => canvas.Row(i % 16 * 8, i / 16 * 8, 1)[0] == 0 ? '0' : '1'));
}
