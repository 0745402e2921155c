using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Surfaces;

public sealed class EncodingHelperTests : PoolTest
{
    private static readonly EncodingClass Exact = new(RfbEncoding.Raw, PixelFormat.Bgrx);
    private static readonly Size Full = new(640, 480);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Neither goes on before the other has begun.</summary>
    [Fact]
    public void TakeUpdate_LargePicture_TwoThreadsEncodeIt()
    {
        using Barrier both = new(2);
        bool hasMet = false;
        void Meet()
        {
            if (!hasMet)
            {
                Assert.True(both.SignalAndWait(Patience));
                hasMet = true;
            }
        }

        Converges(new MeetingEncoder(Meet), () => new MeetingEncoder(Meet), new AlwaysSpare(), steps: 1);
        Assert.True(hasMet);
    }

    [Fact]
    public void TakeUpdate_ManyPictures_AreExact() => Converges(new PixelEncoder(), () => new PixelEncoder(), new AlwaysSpare(), steps: 500);

    [Fact]
    public void TakeUpdate_NoCoreIsFree_OneEncodesAlone() => Converges(
        new PixelEncoder(), () => throw new InvalidOperationException("nobody is needed"), new AlwaysSpare(false), steps: 5);

    [Fact]
    public void TakeUpdate_TheOtherFails_OneEncodesAlone() => Converges(
        new PixelEncoder(), () => throw new InvalidOperationException("it cannot"), new AlwaysSpare(), steps: 50);

    /// <summary>What both had when it ran out is given back; with memory, all of it comes.</summary>
    [Fact]
    public void TakeUpdate_NoMemory_IsSaidAndNothingIsLost()
    {
        using Account payer = Account.Open("payer", limit: 512 * 1024);
        using Surface surface = NewSurface(new PixelEncoder(), () => new PixelEncoder(), new AlwaysSpare());
        using Canvas canvas = new(Pool, Account, Full);
        using Canvas picture = new(Pool, Account, Full);
        using (SurfaceViewer poor = surface.AddViewer(Exact, payer, () => { }))
        {
            canvas.Fill(Full.Bounds, 0x123456);
            surface.Commit(canvas, [Full.Bounds], [], 0);
            Assert.Throws<QuotaExceededException>(() => TakeAll(poor, picture));
        }

        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        TakeAll(viewer, picture);
        Assert.True(picture.Pixels.SequenceEqual(canvas.Pixels));
    }

    private void Converges(IRectEncoder encoder, Func<IRectEncoder> newEncoder, ISpareCore spare, int steps)
    {
        using Surface surface = NewSurface(encoder, newEncoder, spare);
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        using Canvas canvas = new(Pool, Account, Full);
        using Canvas picture = new(Pool, Account, Full);
        surface.Commit(canvas, [Full.Bounds], [], 0);
        TakeAll(viewer, picture);
        for (int step = 1; step <= steps; step++)
        {
            canvas.Fill(Full.Bounds, (uint)step * 0x010203);
            canvas.Fill(new Rect(step % 600, step % 400, 40, 40), (uint)step);
            surface.Commit(canvas, [Full.Bounds], [], 0);
            TakeAll(viewer, picture);
            Assert.True(picture.Pixels.SequenceEqual(canvas.Pixels));
        }
    }

    private Surface NewSurface(IRectEncoder encoder, Func<IRectEncoder> newEncoder, ISpareCore spare) =>
        new(Pool, Account, encoder, Full, largeArea: 64 * 1024, helper: new EncodingHelper(Pool, Account, newEncoder, spare));

    private static void TakeAll(SurfaceViewer viewer, Canvas picture)
    {
        viewer.AcceptSize(out _);
        while (viewer.TakeUpdate(int.MaxValue, 1000, 0) is { } update)
        {
            using (update)
            {
                PixelEncoder.Apply(update, picture);
            }
        }
    }

    /// <summary>Does something before it encodes.</summary>
    private sealed class MeetingEncoder(Action meet) : IRectEncoder
    {
        private readonly PixelEncoder _inner = new();

        public EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> rects, in EncodingClass encodingClass, PayloadWriter output)
        {
            if (rects[0].Area > TileGrid.TileSize * TileGrid.TileSize)
            {
                meet();
            }

            return _inner.Encode(canvas, rects, encodingClass, output);
        }

        public void Dispose() => _inner.Dispose();
    }
}
