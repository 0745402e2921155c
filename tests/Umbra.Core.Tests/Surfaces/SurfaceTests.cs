using CsCheck;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Surfaces;

public sealed class SurfaceTests : PoolTest
{
    private static readonly EncodingClass Exact = new(RfbEncoding.Raw, PixelFormat.Bgrx);
    private static readonly EncodingClass WithLoss = Exact with { JpegQuality = 5 };
    private static readonly Size Full = new(200, 150);

    private readonly PixelEncoder _encoder = new();
    private readonly AlwaysSpare _spare = new();

    [Fact]
    public void Commit_SamePixelsAgain_IsNoChange()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        canvas.Fill(new Rect(10, 10, 20, 20), 0x112233);

        Assert.True(surface.Commit(canvas, [Full.Bounds], [], 0));
        Assert.False(surface.Commit(canvas, [Full.Bounds], [], 0));
        Assert.Equal(1UL, surface.Commits);
    }

    /// <summary>Tiles that are as they were may be among the new ones.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(60, true)]
    [InlineData(130, false)]
    public void Exchange_MuchIsNew_TheSurfaceKeepsTheCanvasAndGivesItsOwn(int oldRows, bool isKept)
    {
        using Surface surface = NewSurface();
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        using Canvas picture = new(Pool, Account, Full);
        Canvas canvas = new(Pool, Account, Full);
        Canvas first = canvas;
        for (uint colour = 1; colour < 5; colour++)
        {
            canvas.Fill(Full.Bounds, 0);
            canvas.Fill(Full.Bounds with { X = oldRows > 0 ? 64 : 0, Height = 64 }, colour);
            canvas.Fill(Full.Bounds with { Y = oldRows > 100 ? oldRows : 64 }, colour);
            canvas.Fill(new Rect(3, 70, 5, 5), colour + 0x100);
            using Canvas expected = new(Pool, Account, Full);
            expected.CopyFrom(canvas, Full.Bounds);

            Canvas next = surface.Exchange(canvas, [Full.Bounds], 0);
            Assert.Equal(isKept, next != canvas);
            canvas = next;

            PixelEncoder.Take(viewer, picture, 0);
            Assert.True(picture.Pixels.SequenceEqual(expected.Pixels));
        }

        Assert.Same(first, canvas);
        canvas.Dispose();
    }

    [Theory]
    [InlineData(0x808080, 1)]
    [InlineData(null, 2)]
    public void TakeUpdate_WordsOfALine_AreOneAreaWhereWhatIsBetweenIsPlain(int? between, int rects)
    {
        using Surface surface = NewSurface();
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        using Canvas canvas = new(Pool, Account, Full);
        using Canvas picture = new(Pool, Account, Full);
        for (int x = 30; x < 70; x++)
        {
            canvas.Fill(new Rect(x, 0, 1, 10), (uint)(between ?? (x * 0x010203)));
        }

        surface.Commit(canvas, [Full.Bounds], [], 0);
        PixelEncoder.Take(viewer, picture, 0);
        canvas.Fill(new Rect(0, 0, 30, 10), 0xFFFFFF);
        canvas.Fill(new Rect(70, 0, 30, 10), 0xFFFFFF);
        surface.Commit(canvas, [Full.Bounds], [], 0);

        using PictureUpdate update = viewer.TakeUpdate(int.MaxValue, 1000, 0)!;
        Assert.Equal(rects, update.RectCount);
    }

    [Fact]
    public void TakeUpdate_ViewersWhoKeepUp_ShareOneEncodingOfTheExactDamage()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        SurfaceViewer[] viewers = [.. Enumerable.Range(0, 20).Select(_ => surface.AddViewer(Exact, Account, () => { }))];
        foreach (SurfaceViewer viewer in viewers)
        {
            viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        }

        int before = _encoder.Calls;
        canvas.Fill(new Rect(70, 5, 3, 3), 0xFFFFFF);
        surface.Commit(canvas, [Full.Bounds], [], 0);
        foreach (SurfaceViewer viewer in viewers)
        {
            using PictureUpdate update = viewer.TakeUpdate(int.MaxValue, 1000, 0)!;
            Assert.Equal((1, 16 + (3 * 3 * 4)), (update.RectCount, update.Bytes));
            viewer.Dispose();
        }

        Assert.Equal(1, _encoder.Calls - before);
    }

    /// <summary>Whoever is woken finds it encoded; but it is encoded for nobody who has not come for it.</summary>
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Commit_EncodesBeforeItWakes_WhereSomebodyWaits(bool isWaiting, int encodings)
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        int before = 0;
        int atWake = -1;
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => atWake = _encoder.Calls - before);
        using SurfaceViewer other = surface.AddViewer(Exact, Account, () => { });
        viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        other.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        if (isWaiting)
        {
            Assert.Null(viewer.TakeUpdate(int.MaxValue, 1000, 0));
        }

        before = _encoder.Calls;
        canvas.Fill(new Rect(70, 5, 3, 3), 0xFFFFFF);
        surface.Commit(canvas, [Full.Bounds], [], 0);

        Assert.Equal(encodings, atWake);
        viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        other.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        Assert.Equal(1, _encoder.Calls - before);
    }

    /// <summary>What a commit allocates does not grow with those who take it.</summary>
    [Fact]
    public void TakeUpdate_ViewersWhoKeepUp_AllocatesNothing()
    {
        Pool.Verifier = null;
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        SurfaceViewer[] viewers = [.. Enumerable.Range(0, 20).Select(_ => surface.AddViewer(Exact, Account, () => { }))];
        long allocated = 0;
        for (uint round = 0; round < 100; round++)
        {
            canvas.Fill(new Rect(70, 5, 3, 3), round + 1);
            surface.Commit(canvas, [Full.Bounds], [], 0);
            viewers[0].TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 1; i < viewers.Length; i++)
            {
                viewers[i].TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
                Assert.Null(viewers[i].TakeUpdate(int.MaxValue, 1000, 0));
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
        Array.ForEach(viewers, viewer => viewer.Dispose());
    }

    [Fact]
    public void HasDemand_ViewerThatTakesInSmallParts_WantsANewerPictureAfterEachAndNoneBefore()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        using SurfaceViewer slow = surface.AddViewer(Exact, Account, () => { });
        slow.IsReady = true;
        for (uint colour = 1; colour < 5; colour++)
        {
            canvas.Fill(Full.Bounds, colour);
            surface.Commit(canvas, [Full.Bounds], [], 0);

            Assert.False(surface.HasDemand());
            slow.TakeUpdate(1, 1000, 0)!.Dispose();
            Assert.True(surface.HasDemand());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HasDemand_OthersOfTheLaneAreStillToCome_WaitsForThemUnlessAnOwnerWants(bool isInLane)
    {
        using Surface surface = NewSurface();
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        (viewer.IsReady, viewer.IsInLane) = (true, isInLane);
        viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();

        Assert.True(surface.HasDemand(ofLane: true));
        Assert.Equal(!isInLane, surface.HasDemand(ofLane: false));
    }

    [Fact]
    public void TakeUpdate_ViewerBehind_GetsNewestTilesFromTheCache()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        using SurfaceViewer slow = surface.AddViewer(Exact, Account, () => { });
        using SurfaceViewer slower = surface.AddViewer(Exact, Account, () => { });
        slow.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        slower.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        for (uint i = 1; i <= 100; i++)
        {
            canvas.Fill(new Rect(0, 0, 10, 10), i);
            surface.Commit(canvas, [Full.Bounds], [], 0);
        }

        int before = _encoder.Calls;
        using PictureUpdate first = slow.TakeUpdate(int.MaxValue, 1000, 0)!;
        using PictureUpdate second = slower.TakeUpdate(int.MaxValue, 1000, 0)!;

        Assert.Equal(1, _encoder.Calls - before);
        Assert.Same(first.Payloads[0].Bytes, second.Payloads[0].Bytes);
        Assert.Equal((1, 100), (first.Payloads.Count, first.Payloads[0].Bytes.Span[16]));
        Assert.Null(slow.TakeUpdate(int.MaxValue, 1000, 0));
    }

    /// <summary>As in a film: whoever came late, or missed pictures, is sent what the others are.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(64, 1)]
    [InlineData(65, 2)]
    public void TakeUpdate_ViewerBehind_SharesTheStepThatBringsAllHeLacks(int firstRow, int encodings)
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        using SurfaceViewer quick = surface.AddViewer(Exact, Account, () => { });
        using SurfaceViewer slow = surface.AddViewer(Exact, Account, () => { });
        quick.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        slow.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        int before = 0;
        for (uint colour = 1; colour <= 3; colour++)
        {
            before = _encoder.Calls;
            Rect changed = Rect.FromEdges(0, colour < 3 ? 64 : firstRow, Full.Width, Full.Height);
            canvas.Fill(changed, colour);
            surface.Commit(canvas, [changed], [], 0);
            quick.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        }

        using PictureUpdate update = slow.TakeUpdate(int.MaxValue, 1000, 0)!;

        Assert.True(update.IsComplete);
        Assert.Null(slow.TakeUpdate(int.MaxValue, 1000, 0));
        Assert.True(_encoder.Calls - before >= encodings, $"{_encoder.Calls - before} encodings");
        Assert.Equal(encodings == 1, update.RectCount == 1);
    }

    /// <summary>Whoever has room for a part only is sent what was encoded for others; and tiles where even that is too much.</summary>
    [Theory]
    [InlineData(60_000, true)]
    [InlineData(20_000, false)]
    public void TakeUpdate_FilmAndLittleRoom_TakesPartsOfTheStep(int maxBytes, bool isShared)
    {
        using Surface surface = NewSurface(largeArea: 1);
        using Canvas canvas = new(Pool, Account, Full);
        using SurfaceViewer quick = surface.AddViewer(Exact, Account, () => { });
        using SurfaceViewer thin = surface.AddViewer(Exact, Account, () => { });
        using Canvas seen = new(Pool, Account, Full);
        for (uint colour = 1; colour <= 3; colour++)
        {
            canvas.Fill(Full.Bounds, colour);
            surface.Commit(canvas, [Full.Bounds], [], 0);
            quick.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
            int before = _encoder.Calls;
            using (PictureUpdate update = thin.TakeUpdate(maxBytes, 1000, 0)!)
            {
                Assert.InRange(update.Bytes, 1, maxBytes);
                PixelEncoder.Apply(update, seen);
            }

            Assert.Equal(isShared, _encoder.Calls == before);
        }

        while (thin.TakeUpdate(maxBytes, 1000, 0) is { } rest)
        {
            PixelEncoder.Apply(rest, seen);
            rest.Dispose();
        }

        Assert.True(seen.Pixels.SequenceEqual(canvas.Pixels));
    }

    [Fact]
    public void TakeUpdate_SmallBudget_GoesRoundUntilAllIsSent()
    {
        using Surface surface = NewSurface();
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        int tiles = 0;
        while (viewer.TakeUpdate(1, 1000, 0) is { } update)
        {
            Assert.Equal(1, update.RectCount);
            tiles++;
            update.Dispose();
        }

        Assert.Equal(new TileGrid(Full).Count, tiles);
    }

    [Fact]
    public void TakeUpdate_LossyRegionAtRest_IsSentExactlyOnce()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        canvas.Fill(Full.Bounds, 0x123456);
        surface.Commit(canvas, [Full.Bounds], [], 1000);
        using SurfaceViewer viewer = surface.AddViewer(WithLoss, Account, () => { });
        using Canvas picture = new(Pool, Account, Full);

        PixelEncoder.Take(viewer, picture, 1000);
        Assert.False(picture.Pixels.SequenceEqual(canvas.Pixels));
        Assert.Null(viewer.TakeUpdate(int.MaxValue, 1000, 1499));
        PixelEncoder.Take(viewer, picture, 1500);
        Assert.True(picture.Pixels.SequenceEqual(canvas.Pixels));
        Assert.Null(viewer.TakeUpdate(int.MaxValue, 1000, 9000));
    }

    [Fact]
    public void Commit_OfReceivedBytes_PassesThemOnUntouched()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        SharedLease bytes = Pool.Rent(5, BufferTag.Test, Account).Share();
        canvas.Fill(new Rect(0, 0, 1, 1), 1);

        surface.Commit(canvas, [Full.Bounds], [], 0, new ReceivedPicture(Exact, new EncodedPicture(bytes, new EncodeResult(1, false)), false));

        using PictureUpdate update = viewer.TakeUpdate(int.MaxValue, 1000, 0)!;
        Assert.Same(bytes, update.Payloads[0].Bytes);
    }

    [Fact]
    public void Announce_ViewersWhoKeepUp_TakeTheBytesOnceAndBeforeTheCommit()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        surface.Commit(canvas, [Full.Bounds], [], 0);
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        using SurfaceViewer other = surface.AddViewer(WithLoss, Account, () => { });
        viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        other.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        Rect damage = new(0, 0, 9, 9);
        canvas.Fill(damage, 0x334455);
        ReceivedPicture received = Encode(canvas, [damage]);

        surface.Announce(Full, [damage], [], received);

        Assert.Null(other.TakeUpdate(int.MaxValue, 1000, 0));
        using (PictureUpdate early = viewer.TakeUpdate(int.MaxValue, 1000, 0)!)
        {
            Assert.Same(received.Picture.Bytes, early.Payloads[0].Bytes);
            Assert.Equal((2UL, true), (early.Commit, early.IsComplete));
        }

        Assert.Null(viewer.TakeUpdate(int.MaxValue, 1000, 0));
        surface.Commit(canvas, [damage], [], 0, received);
        Assert.Null(viewer.TakeUpdate(int.MaxValue, 1000, 0));
        using PictureUpdate late = other.TakeUpdate(int.MaxValue, 1000, 0)!;
        Assert.Equal(2UL, late.Commit);
    }

    [Fact]
    public void Announce_WithdrawnOrReplaced_WhoTookItIsSentThePictureThatIs()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        using Canvas picture = new(Pool, Account, Full);
        surface.Commit(canvas, [Full.Bounds], [], 0);
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        PixelEncoder.Take(viewer, picture, 0);
        Rect damage = new(60, 60, 9, 9);
        foreach (bool isReplaced in (bool[])[false, true])
        {
            using Canvas never = new(Pool, Account, Full);
            never.Fill(damage, 0x998877);
            ReceivedPicture received = Encode(never, [damage]);
            surface.Announce(Full, [damage], [], received);
            received.Picture.Bytes.Dispose();
            PixelEncoder.Take(viewer, picture, 0);
            Assert.False(picture.Pixels.SequenceEqual(canvas.Pixels));
            if (isReplaced)
            {
                canvas.Fill(new Rect(1, 1, 2, 2), 0x123456);
                surface.Commit(canvas, [Full.Bounds], [], 0);
            }
            else
            {
                surface.Withdraw();
            }

            PixelEncoder.Take(viewer, picture, 0);
            Assert.True(picture.Pixels.SequenceEqual(canvas.Pixels));
        }
    }

    [Fact]
    public void Commit_OfAnotherSize_MustBeAcceptedThenSendsAll()
    {
        using Surface surface = NewSurface();
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        using Canvas larger = new(Pool, Account, new Size(300, 300));
        surface.Commit(larger, [], [], 0);

        Assert.Null(viewer.TakeUpdate(int.MaxValue, 1000, 0));
        Assert.True(viewer.AcceptSize(out Size size));
        Assert.Equal(larger.Size, size);
        using PictureUpdate update = viewer.TakeUpdate(int.MaxValue, 1000, 0)!;
        Assert.Equal(25, update.RectCount);
    }

    [Fact]
    public void TakeUpdate_NoMemoryLeft_GivesUpTheCacheFirst()
    {
        Account tight = Pool.Root.Open("session", limit: 1_300_000);
        using Surface surface = new(Pool, tight, _encoder, Full);
        for (int quality = 0; quality < 10; quality++)
        {
            using SurfaceViewer viewer = surface.AddViewer(Exact with { CompressLevel = quality }, Account, () => { });
            viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose();
        }

        Assert.True(tight.Bytes <= 1_300_000);
    }

    [Fact]
    public void TakeUpdate_MoveSentWithLossForWantOfCopyRect_BecomesExactToo()
    {
        using Surface surface = NewSurface();
        using SurfaceViewer viewer = surface.AddViewer(WithLoss, Account, () => { });
        viewer.SupportsMoves = false;
        using Canvas canvas = new(Pool, Account, Full);
        using Canvas picture = new(Pool, Account, Full);
        canvas.Fill(new Rect(0, 0, 10, 10), 0x123457);
        surface.Commit(canvas, [Full.Bounds], [], 0);
        PixelEncoder.Take(viewer, picture, 1000);
        CopyMove move = new(0, 0, new Rect(100, 100, 10, 10));
        canvas.CopyWithin(move.SourceX, move.SourceY, move.Target);
        surface.Commit(canvas, [], [move], 1000);

        PixelEncoder.Take(viewer, picture, 1000);
        Assert.False(picture.Pixels.SequenceEqual(canvas.Pixels));
        PixelEncoder.Take(viewer, picture, 2000);
        Assert.True(picture.Pixels.SequenceEqual(canvas.Pixels));
    }

    /// <summary>Two changes sent as one area bring pixels of a tile between them that did not change, and was exact.</summary>
    [Fact]
    public void TakeUpdate_PartSentWithLossOverATileThatDidNotChange_BecomesExactToo()
    {
        Size size = new(200, 130);
        using Surface surface = new(Pool, Account, new PixelEncoder(), size, largeArea: 1);
        using SurfaceViewer viewer = surface.AddViewer(WithLoss, Account, () => { });
        using Canvas canvas = new(Pool, Account, size);
        using Canvas picture = new(Pool, Account, size);
        canvas.Fill(size.Bounds, 0x123457);
        surface.Commit(canvas, [size.Bounds], [], 0);
        PixelEncoder.Take(viewer, picture, 0);
        PixelEncoder.Take(viewer, picture, 1000);
        canvas.Fill(new Rect(2, 64, 198, 64), 0x345679);
        canvas.Fill(new Rect(64, 128, 136, 2), 0x345679);
        surface.Commit(canvas, [size.Bounds], [], 2000);

        TakeAll(2000);
        TakeAll(3000);
        Assert.True(picture.Pixels.SequenceEqual(canvas.Pixels));

        void TakeAll(long now)
        {
            while (TakeSome(viewer, [picture], 2000, now))
            {
            }
        }
    }

    [Fact]
    public void Dispose_LastViewerOfAClass_ItsTilesAndItsStepAreGivenBack()
    {
        using Surface surface = NewSurface();
        using Canvas canvas = new(Pool, Account, Full);
        SurfaceViewer[] viewers = [.. ((int[])[1, 2, 2]).Select(level => surface.AddViewer(Exact with { CompressLevel = level }, Account, () => { }))];
        canvas.Fill(new Rect(0, 0, 10, 10), 0xFF);
        TakeAll();
        surface.Commit(canvas, [Full.Bounds], [], 0);
        TakeAll();

        Assert.Equal((22, 2), Held());
        viewers[1].Dispose();
        Assert.Equal((22, 2), Held());
        viewers[2].Dispose();
        Assert.Equal((11, 1), Held());
        viewers[0].Dispose();
        Assert.Equal((0, 0), Held());

        void TakeAll() => Array.ForEach(viewers, viewer => viewer.TakeUpdate(int.MaxValue, 1000, 0)!.Dispose());
        (long Tiles, long Steps) Held() => (Outstanding(BufferTag.TileCache), Outstanding(BufferTag.FramePacket));
        long Outstanding(BufferTag tag) => Pool.ReadTags().Single(usage => usage.Tag == tag).Outstanding;
    }

    [Theory]
    [InlineData(RfbEncoding.Raw, 0, RfbEncoding.Tight, 1)]
    [InlineData(RfbEncoding.Hextile, 0, RfbEncoding.Tight, 1)]
    [InlineData(RfbEncoding.Zrle, 3, RfbEncoding.Zrle, 3)]
    [InlineData(RfbEncoding.Tight, 2, RfbEncoding.Tight, 2)]
    public void Wish_ViewerWithoutCompression_IsTightAllTheSame(RfbEncoding encoding, int level, RfbEncoding wished, int wishedLevel)
    {
        using Surface surface = NewSurface();
        using SurfaceViewer viewer = surface.AddViewer(new EncodingClass(encoding, PixelFormat.Bgrx, -1, level), Account, () => { });
        viewer.IsReady = true;
        Assert.Equal(new EncodingClass(wished, PixelFormat.Bgrx, -1, wishedLevel), surface.Wish);
    }

    [Fact]
    public void New_NoMemoryForThePicture_LeavesNothing()
    {
        Account tight = Pool.Root.Open("session", limit: 200_000);
        Assert.Throws<QuotaExceededException>(() => new Surface(Pool, tight, new PixelEncoder(), Full));
        Assert.Equal(0, tight.Blocks);
    }

    /// <summary>The one property that matters: whatever changes, however slow or lossy a viewer, it ends with the source's picture.</summary>
    [Fact]
    public void AnyChangesAnySpeed_EveryViewerConverges() => Gen.Int.Sample(Converges, iter: 400, threads: 1);

    [Fact]
    public void Commit_ReceivedWithMoreMovesThanAreKept_ViewerHasWhatTheyBring()
    {
        using Surface surface = NewSurface();
        using SurfaceViewer viewer = surface.AddViewer(Exact, Account, () => { });
        using Canvas canvas = new(Pool, Account, Full);
        using Canvas picture = new(Pool, Account, Full);
        canvas.Fill(new Rect(0, 0, 10, 10), 0x123456);
        surface.Commit(canvas, [Full.Bounds], [], 0);
        PixelEncoder.Take(viewer, picture, 0);
        CopyMove move = new(0, 0, new Rect(100, 100, 10, 10));
        canvas.CopyWithin(move.SourceX, move.SourceY, move.Target);
        Rect damage = new(50, 50, 5, 5);
        canvas.Fill(damage, 0x654321);
        surface.Commit(canvas, [damage], [.. Enumerable.Repeat(move, Surface.MaxMoves + 1)], 0, Encode(canvas, [damage]));

        PixelEncoder.Take(viewer, picture, 0);
        Assert.True(picture.Pixels.SequenceEqual(canvas.Pixels));
    }

    /// <summary>Received areas that would be joined, one of them missed before.</summary>
    [Fact]
    public void ReceivedAreasApart_WhatIsBetweenThem_IsNotTakenForSent() => Converges(122374);

    private void Converges(int seed)
    {
        Random random = new(seed);
        PixelEncoder encoder = new();
        Size size = new(random.Next(1, 300), random.Next(1, 300));
        EncodingHelper? helper = seed % 2 == 0 ? new EncodingHelper(Pool, Account, () => new PixelEncoder(), _spare) : null;
        using Surface surface = new(Pool, Account, encoder, size, largeArea: random.Next(2) == 0 ? 1 : 128 * 1024, helper: helper);
        Canvas canvas = new(Pool, Account, size);
        (SurfaceViewer Viewer, Canvas[] Picture, int Speed)[] viewers =
        [
            .. Enumerable.Range(0, 5).Select(i =>
            {
                SurfaceViewer viewer = surface.AddViewer(i % 2 == 0 ? Exact : WithLoss, Account, () => { });
                viewer.SupportsMoves = i % 3 != 0;
                return (viewer, new Canvas[] { new(Pool, Account, size) }, i + 1);
            }),
        ];
        long now = 0;
        for (int step = 0; step < 40; step++)
        {
            now += random.Next(0, 400);
            if (random.Next(20) == 0)
            {
                canvas.Dispose();
                canvas = new Canvas(Pool, Account, new Size(random.Next(1, 300), random.Next(1, 300)));
            }

            void SomeTake()
            {
                foreach (var viewer in viewers.Where(_ => random.Next(3) == 0))
                {
                    TakeSome(viewer.Viewer, viewer.Picture, random.Next(1, 50_000), now);
                }
            }

            canvas = Change(surface, canvas, random, now, SomeTake);
            SomeTake();
        }

        now += 1000;
        foreach (var (viewer, picture, _) in viewers)
        {
            while (TakeSome(viewer, picture, 40_000, now))
            {
            }

            Assert.True(picture[0].Pixels.SequenceEqual(canvas.Pixels));
            picture[0].Dispose();
            viewer.Dispose();
        }

        canvas.Dispose();
    }

    /// <summary>Half of the changes come as over a link: announced, perhaps in vain, and taken by some before they are committed.</summary>
    /// <returns>The canvas to go on with.</returns>
    private Canvas Change(Surface surface, Canvas canvas, Random random, long now, Action someTake)
    {
        Rect bounds = canvas.Size.Bounds;
        List<Rect> damage = [];
        List<CopyMove> moves = [];
        if (random.Next(3) == 0)
        {
            Rect target = Any(random, bounds);
            CopyMove move = new(random.Next(0, bounds.Width - target.Width + 1), random.Next(0, bounds.Height - target.Height + 1), target);
            canvas.CopyWithin(move.SourceX, move.SourceY, move.Target);
            moves.Add(move);
        }

        for (int i = random.Next(4); i > 0; i--)
        {
            Rect rect = random.Next(4) == 0 ? bounds : Any(random, bounds);
            canvas.Fill(rect, (uint)random.Next(0x1000000));
            damage.Add(rect);
        }

        if (random.Next(2) == 0)
        {
            if (moves.Count > 0)
            {
                surface.Commit(canvas, [.. damage], [.. moves], now);
                return canvas;
            }

            // As a source does that draws on any canvas.
            Canvas next = surface.Exchange(canvas, [.. damage], now);
            if (next != canvas)
            {
                next.CopyFrom(canvas, bounds);
            }

            return next;
        }

        ReceivedPicture received = Encode(canvas, damage) with { IsRefinement = random.Next(4) == 0 };
        surface.Announce(canvas.Size, [.. damage], [.. moves], received);
        someTake();
        if (random.Next(4) == 0)
        {
            // The picture that comes in its place.
            canvas.Fill(Any(random, bounds), (uint)random.Next(0x1000000));
            received.Picture.Bytes.Dispose();
            surface.Withdraw();
            someTake();
            surface.Commit(canvas, [bounds], [], now);
            return canvas;
        }

        surface.Commit(canvas, [.. damage], [.. moves], now, received);
        return canvas;
    }

    /// <summary>As a link brings it.</summary>
    private ReceivedPicture Encode(Canvas canvas, IReadOnlyList<Rect> damage)
    {
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        EncodeResult result = default;
        foreach (Rect rect in damage)
        {
            result += _encoder.Encode(canvas, rect, Exact, output);
        }

        return new ReceivedPicture(Exact, new EncodedPicture(output.ToShared(BufferTag.Test, Account), result), IsRefinement: false);
    }

    private static Rect Any(Random random, Rect bounds)
    {
        int x = random.Next(bounds.Width);
        int y = random.Next(bounds.Height);
        return new Rect(x, y, random.Next(1, bounds.Width - x + 1), random.Next(1, bounds.Height - y + 1));
    }

    private bool TakeSome(SurfaceViewer viewer, Canvas[] picture, int maxBytes, long now)
    {
        if (viewer.AcceptSize(out Size size))
        {
            picture[0].Dispose();
            picture[0] = new Canvas(Pool, Account, size);
        }

        using PictureUpdate? update = viewer.TakeUpdate(maxBytes, 1000, now);
        if (update is null)
        {
            return false;
        }

        PixelEncoder.Apply(update, picture[0]);
        return true;
    }

    private Surface NewSurface(int largeArea = 128 * 1024) => new(Pool, Account, _encoder, Full, largeArea: largeArea);
}
