using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>
/// What the RFB server does after the handshake, in plain bytes: what clients in the field rely on, and what they must not be able to do.
/// </summary>
public sealed class RfbViewerTests : PeerTest
{
    private const int ExtendedDesktopSize = -308;
    private const int DesktopSize = -223;
    private const int Clipboard = unchecked((int)0xC0A1E5CE);
    private readonly StillSource _source = new(new Size(80, 60));

    [Fact]
    public async Task ExtendedDesktopSize_Listed_FirstUpdateSaysItWithOneRealScreen()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync(0, ExtendedDesktopSize);
        await rfb.RequestAsync();
        await rfb.ReadUntilAsync(0);
        RawRect first = (await rfb.ReadUpdateAsync())[0];
        Assert.Equal((ExtendedDesktopSize, 0, 0, 80, 60), (first.Encoding, first.X, first.Y, first.Width, first.Height));
        Assert.Equal(1, first.Body[0]);
        Assert.NotEqual(0, BinaryPrimitives.ReadInt32BigEndian(first.Body.AsSpan(4)));
    }

    [Fact]
    public async Task SetDesktopSize_Owner_ResizesAndTellsEverybody()
    {
        Session session = NewSession(_source);
        await using RawRfb other = await OpenAsync(session);
        await other.SetEncodingsAsync(0, DesktopSize);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, ExtendedDesktopSize);
        await rfb.RequestAsync();
        await rfb.ReadRectAsync(ExtendedDesktopSize);
        await rfb.SetDesktopSizeAsync(100, 50);
        await rfb.RequestAsync(isIncremental: true);
        RawRect answer = await rfb.ReadRectAsync(ExtendedDesktopSize);
        Assert.Equal((1, 0, 100, 50), (answer.X, answer.Y, answer.Width, answer.Height));
        await other.RequestAsync();
        RawRect told = await other.ReadRectAsync(DesktopSize);
        Assert.Equal((100, 50), (told.Width, told.Height));
    }

    [Theory]
    [InlineData(false, AccessMode.Control, 100, 50, 1, 1)]
    [InlineData(true, AccessMode.View, 100, 50, 1, 1)]
    [InlineData(true, AccessMode.Control, 0, 50, 1, 3)]
    [InlineData(true, AccessMode.Control, 65535, 65535, 1, 3)]
    [InlineData(true, AccessMode.Control, 100, 50, 0, 3)]
    [InlineData(true, AccessMode.Control, 100, 50, 2, 3)]
    public async Task SetDesktopSize_NotPossible_AnswersWithStatusAndOldSize(bool isOwner, AccessMode mode, int width, int height,
        int screens, int status)
    {
        await using RawRfb rfb = await OpenAsync(mode: mode, isOwner: isOwner);
        await rfb.SetEncodingsAsync(0, ExtendedDesktopSize);
        await rfb.RequestAsync();
        await rfb.ReadRectAsync(ExtendedDesktopSize);
        await rfb.SetDesktopSizeAsync(width, height, screens);
        await rfb.RequestAsync(isIncremental: true);
        RawRect answer = await rfb.ReadRectAsync(ExtendedDesktopSize);
        Assert.Equal((1, status, 80, 60), (answer.X, answer.Y, answer.Width, answer.Height));
    }

    [Fact]
    public async Task Resize_ClientCannotFollow_DisconnectedWithReasonInTheLog()
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0);
        _source.RequestSize(new Size(100, 50));
        await UntilAsync(() => session.Surface.Size == new Size(100, 50));
        await rfb.RequestAsync();
        await rfb.ReadToEndAsync();
        await rfb.Done;
        Assert.Contains(Log.Lines, line => line.Contains("cannot follow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FullRequest_LargerThanTheBudget_AnsweredWholeInOneUpdate()
    {
        Session session = NewSession(new StillSource(new Size(640, 480)));
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.RequestAsync();
        await rfb.ReadUntilAsync(0);
        List<RawRect> rects = await rfb.ReadUpdateAsync();
        Assert.Equal(640 * 480, rects.Sum(rect => rect.Width * rect.Height));
        Assert.True(rects.Sum(rect => rect.Body.Length) > UpdateBudget.FirstBytes);
        await AssertAliveAsync(rfb);
    }

    [Fact]
    public async Task FullRequest_SizeChangesWhileItIsAnswered_UpdateIsFilledUpAndTheNewSizeFollows()
    {
        StillSource source = new(new Size(1000, 800));
        Session session = NewSession(source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, -223);
        await rfb.RequestAsync();
        Assert.Equal(0, await rfb.ReadByteAsync());
        source.RequestSize(new Size(100, 50));
        await UntilAsync(() => session.Surface.Size == new Size(100, 50));
        List<RawRect> rects = await rfb.ReadUpdateAsync();
        Assert.Equal(16 * 13, rects.Count);
        Assert.Contains(rects, rect => rect is { Width: 1, Height: 1, Encoding: 0 });
        await rfb.RequestAsync(isIncremental: true);
        RawRect resized = await rfb.ReadRectAsync(-223);
        Assert.Equal((100, 50), (resized.Width, resized.Height));
    }

    [Fact]
    public async Task Connect_PictureIsOldBecauseNobodyLooked_SeesWhatTheSourceShowsNow()
    {
        Session session = NewSession(_source);
        await (await OpenAsync(session)).DisposeAsync();
        _source.Now = new Size(90, 70);
        await using RawRfb rfb = await OpenAsync(session);
        Assert.Equal((90, 70), (rfb.Width, rfb.Height));
    }

    [Fact]
    public async Task Request_PictureAtHandIsOld_SeesWhatTheSourceShowsNow()
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, -223);
        await rfb.RequestAsync();
        await rfb.ReadRectAsync(0);
        _source.RequestSize(new Size(100, 50));
        await UntilAsync(() => session.Surface.Size == new Size(100, 50));
        await Task.Delay(TimeSpan.FromMilliseconds(200), Timeout);
        _source.Now = new Size(90, 70);

        await rfb.RequestAsync(isIncremental: true);

        RawRect resized = await rfb.ReadRectAsync(-223);
        Assert.Equal((90, 70), (resized.Width, resized.Height));
    }

    [Fact]
    public async Task Connect_SourceDoesNotAnswer_SeesTheLastPictureThereWas()
    {
        Session session = NewSession(_source, options: new SessionOptions { RefreshTimeout = TimeSpan.FromMilliseconds(50) });
        await (await OpenAsync(session)).DisposeAsync();
        _source.Answers = false;
        await using RawRfb rfb = await OpenAsync(session);
        Assert.Equal((80, 60), (rfb.Width, rfb.Height));
    }

    [Fact]
    public async Task Fence_Request_AnsweredWithPayloadAndKnownFlags()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SendAsync([248, 0, 0, 0, 0x80, 0xFF, 0, 3, 3, 10, 20, 30]);
        await rfb.ReadUntilAsync(248);
        (uint flags, byte[] payload) = await rfb.ReadFenceAsync();
        Assert.Equal(3u, flags);
        Assert.Equal([10, 20, 30], payload);
    }

    [Fact]
    public async Task Fence_TooLong_Closed()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SendAsync([248, 0, 0, 0, 0x80, 0, 0, 1, 65, .. new byte[65]]);
        await AssertClosedAsync(rfb, "fence of 65 bytes");
    }

    [Fact]
    public async Task Fence_SyncNextBeforeAnotherFormat_AnswerComesBetweenOldAndNew()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync(0, -312, -313);
        await rfb.SendAsync([150, 1, 0, 0, 0, 0, .. RawRfb.U16(80), .. RawRfb.U16(60)]);
        for (int i = 0; i < 40; i++)
        {
            int bytes = i % 2 == 0 ? 1 : 4;
            byte[] format = bytes == 1
                ? [8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 0, 3, 6, 0, 0, 0] : [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
            await rfb.RequestAsync();
            await rfb.SendAsync([248, 0, 0, 0, 0x80, 0, 0, 4, 1, 99, 0, 0, 0, 0, .. format]);
            await rfb.RequestAsync();
            await ReadUntilAnsweredAsync(rfb);
            rfb.BytesPerPixel = bytes;
        }

        await rfb.RequestAsync();
        Assert.NotEmpty((await rfb.ReadRectAsync(0)).Body);
    }

    [Fact]
    public async Task ContinuousUpdates_Listed_AnnouncedSentAndEnded()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync(0, -312, -313);
        Assert.Equal(150, await rfb.ReadByteAsync());
        await rfb.SendAsync([150, 1, 0, 0, 0, 0, .. RawRfb.U16(80), .. RawRfb.U16(60)]);
        Assert.Equal(0, await rfb.ReadByteAsync());
        Assert.NotEmpty(await rfb.ReadUpdateAsync());
        await rfb.SendAsync([150, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        await rfb.ReadUntilAsync(150);
    }

    [Fact]
    public async Task ContinuousUpdates_ListedWithoutFence_NotAnnouncedAndPicturesComeWhenAskedFor()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync(0, -313);
        await rfb.RequestAsync();
        Assert.Equal(0, await rfb.ReadByteAsync());
        Assert.NotEmpty(await rfb.ReadUpdateAsync());
    }

    [Fact]
    public async Task ContinuousUpdates_FenceListedLater_Announced()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync(0, -313);
        await rfb.SetEncodingsAsync(0, -313, -312);
        Assert.Equal(150, await rfb.ReadByteAsync());
    }

    /// <summary>Not every small update asks whether it has arrived; but who does not answer those that do is sent no more.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ContinuousUpdates_SmallOnes_SomeAreFenced(bool answers)
    {
        const int Changes = 60;
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, -312, -313);
        await rfb.SendAsync([150, 1, 0, 0, 0, 0, .. RawRfb.U16(80), .. RawRfb.U16(60)]);
        int fences = 0;
        int updates = 0;
        await ReadAsync(answersAll: true);
        (fences, updates) = (0, 0);
        using Canvas canvas = session.Surface.Copy(Account);
        for (int i = 0; i < Changes; i++)
        {
            canvas.Fill(new Rect(0, 0, 10, 10), (uint)(0x10000 + i));
            ((ISourceSink)session).Commit(canvas, [canvas.Size.Bounds], []);
            await ReadAsync(answers);
        }

        if (answers)
        {
            Assert.InRange(fences, 2, updates / 3);
        }
        else
        {
            Assert.InRange(updates, 1, Changes / 3);
            Assert.InRange(fences, 1, 2);
        }

        // Up to the answer of a fence of ours.
        async Task ReadAsync(bool answersAll)
        {
            await rfb.SendAsync([248, 0, 0, 0, 0x80, 0, 0, 1, 1, 99]);
            while (true)
            {
                switch (await rfb.ReadByteAsync())
                {
                    case 0:
                        await rfb.ReadUpdateAsync();
                        updates++;
                        break;
                    case 248 when await rfb.ReadFenceAsync() is var (flags, payload):
                        if (flags < 0x80000000)
                        {
                            return;
                        }

                        fences++;
                        if (answersAll)
                        {
                            await rfb.SendAsync([248, 0, 0, 0, .. RawRfb.U32((int)(flags & 7)), (byte)payload.Length, .. payload]);
                        }

                        break;
                    default:
                        break;
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-313)]
    public async Task ContinuousUpdates_NotAnnounced_Closed(int listed)
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync(0, listed);
        await rfb.SendAsync([150, 1, 0, 0, 0, 0, .. RawRfb.U16(80), .. RawRfb.U16(60)]);
        await AssertClosedAsync(rfb, "continuous updates");
    }

    [Fact]
    public async Task ContinuousUpdates_FenceNotListedAnyMore_PicturesComeOnlyWhenAskedFor()
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, -223, -312, -313);
        await rfb.SendAsync([150, 1, 0, 0, 0, 0, .. RawRfb.U16(80), .. RawRfb.U16(60)]);
        await rfb.SetEncodingsAsync(0, -223);
        await AssertAliveAsync(rfb);
        _source.RequestSize(new Size(100, 50));
        await UntilAsync(() => session.Surface.Size == new Size(100, 50));
        await AssertAliveAsync(rfb);
        Assert.Equal((80, 60), (rfb.Width, rfb.Height));
        await rfb.RequestAsync(isIncremental: true);
        Assert.Equal(100, (await rfb.ReadRectAsync(-223)).Width);
    }

    [Theory]
    [InlineData(-247, EncodingClass.MaxCompressLevel)]
    [InlineData(-252, EncodingClass.MaxCompressLevel)]
    [InlineData(-254, 2)]
    [InlineData(-256, 0)]
    [InlineData(0, ClientCapabilities.DefaultCompressLevel)]
    public async Task CompressLevel_Listed_NoHigherThanTheHighestThereIs(int listed, int level)
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(7, listed);
        await rfb.RequestAsync();
        await UntilAsync(() => session.Viewers.Single().Picture.IsReady);
        Assert.Equal(new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, -1, level), session.Surface.Wish);
    }

    [Theory]
    [InlineData(AccessMode.Control, 0x08000001u)]
    [InlineData(AccessMode.View, 0x08000000u)]
    public async Task ExtendedClipboard_Peek_AnsweredWithWhatThisClientMayHave(AccessMode mode, uint answer)
    {
        Session session = NewSession(_source);
        ((ISourceSink)session).SetClipboard("text");
        await using RawRfb rfb = await OpenAsync(session, mode);
        await rfb.SetEncodingsAsync(0, Clipboard);
        await rfb.ReadUntilAsync(3);
        await rfb.ReadCutTextAsync();
        await rfb.SendAsync(Extended(0x04000000, []));
        await rfb.ReadUntilAsync(3);
        Assert.Equal(answer, BinaryPrimitives.ReadUInt32BigEndian((await rfb.ReadCutTextAsync()).Body));
    }

    [Theory]
    [InlineData(-261, 1)]
    [InlineData(0x574d5668, 4)]
    public async Task Leds_Listed_SentWhenTheyChange(int encoding, int bytes)
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, encoding);
        await rfb.RequestAsync();
        ((ISourceSink)session).SetLeds(4);
        RawRect leds = await rfb.ReadRectAsync(encoding);
        while (leds.Body[^1] != 4)
        {
            await rfb.RequestAsync(isIncremental: true);
            leds = await rfb.ReadRectAsync(encoding);
        }

        Assert.Equal(bytes, leds.Body.Length);
    }

    [Fact]
    public async Task QemuKeys_Listed_AcknowledgedAndTaken()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync(0, -258);
        await rfb.RequestAsync();
        await rfb.ReadRectAsync(-258);
        await rfb.SendAsync([255, 0, 0, 1, 0, 0, 0, 0x61, 0, 0, 0, 0x1E]);
        await UntilAsync(() => !_source.Keys.IsEmpty);
        Assert.Contains(_source.Keys, k => k is { Keysym: 0x61, XtCode: 0x1E, Down: true });
    }

    [Fact]
    public async Task QemuMessage_NotAnnounced_Closed()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SendAsync([255, 1, 0, 0]);
        await AssertClosedAsync(rfb, "submessage 1");
    }

    [Fact]
    public async Task ExtendedClipboard_Listed_CapsThenTextBothWays()
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, Clipboard);
        await rfb.ReadUntilAsync(3);
        (bool isExtended, byte[] caps) = await rfb.ReadCutTextAsync();
        Assert.True(isExtended);
        Assert.Equal(0x1F000001u, BinaryPrimitives.ReadUInt32BigEndian(caps));
        Assert.Equal(256 * 1024, BinaryPrimitives.ReadInt32BigEndian(caps.AsSpan(4)));

        await rfb.SendAsync(Extended(0x10000001, Deflate(Encoding.UTF8.GetBytes("grüße\r\n☃\0"))));
        await UntilAsync(() => !_source.Clipboards.IsEmpty);
        Assert.Equal(["grüße\n☃"], _source.Clipboards);

        // No caps from the client: it is notified, and asks.
        ((ISourceSink)session).SetClipboard("zurück\n");
        await rfb.ReadUntilAsync(3);
        Assert.Equal(0x08000001u, BinaryPrimitives.ReadUInt32BigEndian((await rfb.ReadCutTextAsync()).Body));
        await rfb.SendAsync(Extended(0x02000001, []));
        await rfb.ReadUntilAsync(3);
        byte[] provided = (await rfb.ReadCutTextAsync()).Body;
        Assert.Equal(0x10000001u, BinaryPrimitives.ReadUInt32BigEndian(provided));
        Assert.Equal("zurück\r\n\0", Encoding.UTF8.GetString(Inflate(provided.AsMemory(4))));
    }

    [Fact]
    public async Task ExtendedClipboard_ClaimsAndBombs_PassedOver()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync(0, Clipboard);
        byte[] bomb = DeflateAll([.. RawRfb.U32(1 << 30), .. new byte[4 * 1024 * 1024]]);
        await rfb.SendAsync(Extended(0x10000001, bomb));
        await rfb.SendAsync(Extended(0x10000001, DeflateAll(RawRfb.U32(-1))));
        await rfb.SendAsync([6, 0, 0, 0, .. RawRfb.U32(-(300 * 1024)), .. new byte[300 * 1024]]);
        await AssertAliveAsync(rfb);
        Assert.Empty(_source.Clipboards);
    }

    [Fact]
    public async Task ExtendedClipboard_DoesNotInflate_Closed()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SendAsync(Extended(0x10000001, [1, 2, 3, 4, 5, 6]));
        await AssertClosedAsync(rfb, "does not inflate");
    }

    [Fact]
    public async Task CutText_Oversized_SkippedWhileTheConnectionLives()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SendAsync([6, 0, 0, 0, .. RawRfb.U32(3 * 1024 * 1024), .. new byte[3 * 1024 * 1024]]);
        await rfb.SendAsync([6, 0, 0, 0, .. RawRfb.U32(3), 0x61, 0xE9, 0x62]);
        await UntilAsync(() => !_source.Clipboards.IsEmpty);
        Assert.Equal(["aéb"], _source.Clipboards);
        await AssertAliveAsync(rfb);
    }

    [Fact]
    public async Task CutText_ClaimsTwoGigabytes_CostsNothing()
    {
        await using RawRfb rfb = await OpenAsync();
        long before = Pool.Root.Bytes;
        await rfb.SendAsync([6, 0, 0, 0, 0x80, 0, 0, 0]);
        await rfb.SendAsync(new byte[1024 * 1024]);
        Assert.InRange(Pool.Root.Bytes - before, long.MinValue, 1024 * 1024);
    }

    [Fact]
    public async Task Clipboard_Viewer_GetsNothingAndGivesNothing()
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session, AccessMode.View, isOwner: false);
        ((ISourceSink)session).SetClipboard("secret");
        await rfb.SendAsync([6, 0, 0, 0, .. RawRfb.U32(1), 0x61]);
        await rfb.SendAsync([4, 1, 0, 0, 0, 0, 0, 0x61, 5, 1, 0, 1, 0, 1]);
        await rfb.RequestAsync();
        Assert.Equal(0, await rfb.ReadByteAsync());
        await rfb.ReadUpdateAsync();
        await AssertAliveAsync(rfb);
        Assert.Empty(_source.Clipboards);
        Assert.Empty(_source.Keys);
        Assert.Empty(_source.Pointers);
    }

    [Fact]
    public async Task Encodings_Thousands_TheFirstCount()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SetEncodingsAsync([0, .. Enumerable.Range(100, 20_000)]);
        await rfb.SetEncodingsAsync([.. Enumerable.Range(100, 65_535)]);
        await AssertAliveAsync(rfb);
    }

    [Fact]
    public async Task PixelFormat_EightBitsNoTrueColour_GetsAColourMapAndItsIndices()
    {
        await using RawRfb rfb = await OpenAsync();
        rfb.BytesPerPixel = 1;
        await rfb.SendAsync([0, 0, 0, 0, 8, 8, 0, 0, .. new byte[12]]);
        await rfb.RequestAsync();
        Assert.Equal(1, await rfb.ReadByteAsync());
        await rfb.ReadByteAsync();
        Assert.Equal(0, await rfb.ReadU16Async());
        int[] map = new int[await rfb.ReadU16Async()];
        for (int i = 0; i < map.Length; i++)
        {
            map[i] = (await rfb.ReadU16Async() >> 8 << 16) | (await rfb.ReadU16Async() >> 8 << 8) | (await rfb.ReadU16Async() >> 8);
        }

        Assert.Equal(256, map.Length);
        byte[] pixels = await rfb.ReadPictureAsync();
        AssertPicture((x, y) => (uint)map[pixels[(y * 80) + x]], tolerance: 64);
    }

    [Theory]
    [InlineData(8, 8, 0, 7, 7, 3, 0, 3, 6)]
    [InlineData(8, 6, 0, 3, 3, 3, 4, 2, 0)]
    [InlineData(16, 16, 0, 31, 63, 31, 11, 5, 0)]
    [InlineData(16, 16, 1, 31, 63, 31, 11, 5, 0)]
    [InlineData(16, 15, 0, 31, 31, 31, 0, 5, 10)]
    [InlineData(16, 12, 1, 15, 15, 15, 8, 4, 0)]
    [InlineData(32, 24, 0, 255, 255, 255, 0, 8, 16)]
    [InlineData(32, 24, 1, 255, 255, 255, 16, 8, 0)]
    [InlineData(32, 24, 0, 255, 255, 255, 24, 16, 8)]
    [InlineData(32, 30, 0, 1023, 1023, 1023, 20, 10, 0)]
    [InlineData(32, 24, 1, 1, 255, 31, 31, 0, 9)]
    public async Task PixelFormat_AnyValid_PixelsAreRight(byte bits, byte depth, byte isBig, int redMax, int greenMax, int blueMax,
        byte redShift, byte greenShift, byte blueShift)
    {
        await using RawRfb rfb = await OpenAsync();
        rfb.BytesPerPixel = bits / 8;
        await rfb.SendAsync(
            [0, 0, 0, 0, bits, depth, isBig, 1, .. RawRfb.U16(redMax), .. RawRfb.U16(greenMax), .. RawRfb.U16(blueMax), redShift,
                greenShift, blueShift, 0, 0, 0]);
        await rfb.RequestAsync();
        byte[] pixels = await rfb.ReadPictureAsync();
        AssertPicture((x, y) =>
        {
            ReadOnlySpan<byte> pixel = pixels.AsSpan(((y * 80) + x) * bits / 8, bits / 8);
            uint value = 0;
            for (int i = 0; i < pixel.Length; i++)
            {
                value |= (uint)pixel[isBig != 0 ? pixel.Length - 1 - i : i] << (8 * i);
            }

            return Level(value, redShift, redMax) << 16 | Level(value, greenShift, greenMax) << 8 | Level(value, blueShift, blueMax);
        }, tolerance: (255 / Math.Min(redMax, Math.Min(greenMax, blueMax))) + 1);
    }

    [Theory]
    [InlineData(24, 24, 255, 16)]
    [InlineData(32, 0, 255, 16)]
    [InlineData(16, 32, 31, 11)]
    [InlineData(32, 24, 254, 16)]
    [InlineData(32, 24, 255, 25)]
    [InlineData(0, 0, 0, 0)]
    public async Task PixelFormat_Impossible_Closed(byte bits, byte depth, int redMax, byte redShift)
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SendAsync([0, 0, 0, 0, bits, depth, 0, 1, .. RawRfb.U16(redMax), 0, 255, 0, 255, redShift, 8, 0, 0, 0, 0]);
        await AssertClosedAsync(rfb, "pixel format");
    }

    [Theory]
    [InlineData(-239)]
    [InlineData(-314)]
    public async Task Cursor_Listed_SentWithItsHotSpot(int encoding)
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, encoding);
        await rfb.RequestAsync();
        ((ISourceSink)session).SetCursor(NewCursor());
        RawRect cursor = await rfb.ReadRectAsync(encoding);
        Assert.Equal((2, 1, 3, 2), (cursor.X, cursor.Y, cursor.Width, cursor.Height));
        Assert.Equal(0xE0, encoding == -239 ? cursor.Body[3 * 2 * 4] : 0xE0);
        Assert.Equal(encoding == -239 ? [7, 8, 9] : [9, 8, 7], encoding == -239 ? cursor.Body[..3] : cursor.Body[4..7]);
    }

    [Fact]
    public async Task TitleAndBell_Changed_Told()
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetEncodingsAsync(0, -307);
        await rfb.RequestAsync();
        ((ISourceSink)session).Bell();
        await rfb.ReadUntilAsync(2);
        ((ISourceSink)session).SetTitle("köln");
        await rfb.RequestAsync(isIncremental: true);
        Assert.Equal("köln", Encoding.UTF8.GetString((await rfb.ReadRectAsync(-307)).Body));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(99)]
    [InlineData(255)]
    public async Task UnknownMessage_Closed(byte type)
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SendAsync([type, 9, 9, 9]);
        await rfb.ReadToEndAsync();
        await rfb.Done;
    }

    [Fact]
    public async Task LeavesMidMessage_SaysSoInTheLog()
    {
        await using (RawRfb rfb = await OpenAsync())
        {
            await rfb.SendAsync([4, 1]);
        }

        Assert.Contains(Log.Lines, line => line.Contains("viewer tester", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_OutsideThePicture_AnsweredWithWhatThereIs()
    {
        await using RawRfb rfb = await OpenAsync();
        await rfb.SendAsync([3, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        await rfb.SendAsync([3, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        Assert.NotEmpty((await rfb.ReadRectAsync(0)).Body);
        await AssertAliveAsync(rfb);
    }

    private async Task<RawRfb> OpenAsync(Session? session = null, AccessMode mode = AccessMode.Control, bool isOwner = true)
    {
        RawRfb rfb = await ConnectAsync(AccessTo(session ?? NewSession(_source), mode, isOwner));
        await rfb.OpenAsync();
        return rfb;
    }

    /// <summary>A fence comes back only after everything before it was taken.</summary>
    private static async Task AssertAliveAsync(RawRfb rfb)
    {
        await rfb.SendAsync([248, 0, 0, 0, 0x80, 0, 0, 1, 1, 42]);
        await rfb.ReadUntilAsync(248);
        Assert.Equal([42], (await rfb.ReadFenceAsync()).Payload);
    }

    private async Task AssertClosedAsync(RawRfb rfb, string reason)
    {
        await rfb.ReadToEndAsync();
        await rfb.Done;
        Assert.Contains(Log.Lines, line => line.Contains(reason, StringComparison.Ordinal));
    }

    /// <summary>Reads up to the answer of our fence, answering the server's own.</summary>
    private static async Task ReadUntilAnsweredAsync(RawRfb rfb)
    {
        while (true)
        {
            await rfb.ReadUntilAsync(248);
            (uint flags, byte[] payload) = await rfb.ReadFenceAsync();
            if (flags < 0x80000000)
            {
                Assert.Equal([99], payload);
                return;
            }

            await rfb.SendAsync([248, 0, 0, 0, .. RawRfb.U32((int)(flags & 7)), (byte)payload.Length, .. payload]);
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using CancellationTokenSource patience = new(Served.Patience);
        while (!isSo())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private CursorShape NewCursor()
    {
        Core.Memory.Lease pixels = Pool.Rent(3 * 2 * 4, Core.Memory.BufferTag.Cursor, Account);
        for (int i = 0; i < 6; i++)
        {
            new byte[] { 7, 8, 9, 255 }.CopyTo(pixels.Span[(i * 4)..]);
        }

        return new CursorShape(3, 2, 2, 1, pixels.Share());
    }

    private static uint Level(uint pixel, byte shift, int max) => (uint)Math.Round((pixel >> shift & (uint)max) * 255.0 / max);

    private static void AssertPicture(Func<int, int, uint> seen, int tolerance)
    {
        for (int y = 0; y < 60; y++)
        {
            for (int x = 0; x < 80; x++)
            {
                (uint want, uint got) = (StillSource.ColourAt(x, y), seen(x, y));
                for (int shift = 0; shift < 24; shift += 8)
                {
                    int difference = (int)(want >> shift & 255) - (int)(got >> shift & 255);
                    Assert.True(Math.Abs(difference) <= tolerance, $"{x},{y}: {want:x6} became {got:x6}");
                }
            }
        }
    }

    private static byte[] Extended(uint flags, byte[] rest) =>
        [6, 0, 0, 0, .. RawRfb.U32(-(4 + rest.Length)), .. RawRfb.U32((int)flags), .. rest];

    private static byte[] Deflate(byte[] text) => DeflateAll([.. RawRfb.U32(text.Length), .. text]);

    private static byte[] DeflateAll(byte[] bytes)
    {
        MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.Fastest))
        {
            zlib.Write(bytes);
        }

        return output.ToArray();
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> compressed)
    {
        using ZLibStream zlib = new(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        byte[] size = new byte[4];
        zlib.ReadExactly(size);
        byte[] text = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        zlib.ReadExactly(text);
        return text;
    }
}
