using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Tests.FrontEnds;

namespace Umbra.Sessions.Tests.Sessions;

/// <summary>Who goes when memory is short, and what they hear of it.</summary>
public sealed class SheddingTests : PeerTest
{
    private static readonly EncodingClass Class = new(RfbEncoding.Raw, PixelFormat.Bgrx, JpegQuality: -1, CompressLevel: 0);
    private readonly SessionDirectory _directory = new();

    [Fact]
    public void ShedOne_LargestAndStalestShadowersThenLinks_OwnersNever()
    {
        Session session = NewStillSession();
        _directory.TryAdd(session);
        List<string> gone = [];
        Join("owner", isOwner: true, new InFlight(1 << 30, TimeSpan.FromHours(1)));
        Join("link", isOwner: false, new InFlight(1 << 30, TimeSpan.FromHours(1)), isLink: true);
        Join("small and stale", isOwner: false, new InFlight(1 << 10, TimeSpan.FromMinutes(1)));
        Join("large and stale", isOwner: false, new InFlight(1 << 20, TimeSpan.FromMinutes(1)));
        Join("large and quick", isOwner: false, new InFlight(1 << 20, TimeSpan.Zero));
        using SessionViewer snapshot = session.Join(Class, "snapshot", isOwner: false);

        Shedding shedding = new(_directory, Log);
        while (shedding.ShedOne("short") is not null)
        {
        }

        Assert.Equal(["large and stale", "large and quick", "small and stale", "link"], gone);
        Assert.Equal((3, 1), (ShedOf(ViewerKind.Shadower), ShedOf(ViewerKind.Link)));

        long ShedOf(ViewerKind kind) => session.TotalsOf(kind).ShedByReason.Values.Sum();

        void Join(string who, bool isOwner, InFlight inFlight, bool isLink = false) =>
            session.Join(Class, who, isOwner, frontEnd: new FrontEnd(isLink, inFlight, () => gone.Add(who)));
    }

    [Fact]
    public async Task Evict_ViewerThatAsks_ReadsWhyAndIsGone()
    {
        Session session = NewSession(new StillSource(new Size(700, 300)));
        await using RawRfb rfb = await ConnectAsync(AccessTo(session, isOwner: false));
        await AskAsync(rfb);
        await rfb.ReadUntilAsync(0);
        await rfb.ReadUpdateAsync();
        await rfb.RequestAsync(isIncremental: true);

        // Its request answers what it was sent.
        await UntilAsync(() => session.Viewers.Single().InFlight() == default);
        session.Viewers.Single().Evict("short of memory");

        await rfb.ReadUntilAsync(0);
        RawRect notice = Assert.Single(await rfb.ReadUpdateAsync());
        Assert.InRange(notice.X + notice.Width, 1, 700);
        Assert.InRange(notice.Y + notice.Height, 1, 300);
        Assert.True(notice.Body.Distinct().Count() > 2, "there is no text on the notice");
        Assert.Equal(0, await rfb.ReadToEndAsync());
        Assert.Contains(Log.Lines, line => line.Contains("closed: short of memory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Evict_ViewerThatDoesNotRead_IsCut()
    {
        Session session = NewSession(new StillSource(new Size(2000, 1000)));
        await using RawRfb rfb = await ConnectAsync(AccessTo(session, isOwner: false));
        await AskAsync(rfb);
        await UntilAsync(() => session.Viewers.Single().InFlight().Age > TimeSpan.Zero);

        session.Viewers.Single().Evict("short of memory");
        await rfb.Done;
        Assert.Contains(Log.Lines, line => line.Contains("closed: short of memory", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("003.003")]
    [InlineData("003.008")]
    public async Task Handshake_ClosedToShadowers_SaysWhy(string version)
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession(), isOwner: false) with { WhyClosed = () => "short of memory" });
        await rfb.SayVersionAsync(version);
        Assert.Equal(0, version == "003.003" ? await rfb.ReadS32Async() : await rfb.ReadByteAsync());
        Assert.Equal("short of memory", await rfb.ReadTextAsync());
        Assert.Equal(0, await rfb.ReadToEndAsync());
    }

    [Fact]
    public async Task MemoryShortForAWhile_ShadowerWaitsAndIsServed()
    {
        const long Limit = 8 * 1024 * 1024;
        Session session = NewSession(new StillSource(new Size(400, 300)), options: new SessionOptions { MemoryLimit = Limit });
        await using RawRfb rfb = await ConnectAsync(AccessTo(session, isOwner: false));
        await AskAsync(rfb);
        await rfb.ReadUntilAsync(0);
        await rfb.ReadUpdateAsync();
        session.Surface.ForgetTiles();
        List<Lease> all = TakeAll(session.AccountFor(isOwner: false));
        try
        {
            await rfb.RequestAsync();
            await UntilAsync(() => Pool.ReadTags().Any(tag => tag.Name is "FrPk" or "TiCa" && tag.Refused > 3));
        }
        finally
        {
            all.ForEach(lease => lease.Dispose());
        }

        await rfb.ReadUntilAsync(0);
        Assert.NotEmpty(await rfb.ReadUpdateAsync());
    }

    [Fact]
    public void TakeUpdate_MemoryForSomeTilesOnly_SendsThoseAndKeepsTheRest()
    {
        using Account account = Pool.Root.Open("little", limit: 256 * 1024);
        using Surface surface = new(Pool, Pool.Root, new RectEncoders(Pool, Pool.Root), new Size(640, 480), quietMilliseconds: 500);
        using SurfaceViewer viewer = surface.AddViewer(Class, account, () => { });
        using Canvas canvas = new(Pool, Pool.Root, new Size(640, 480));
        surface.Commit(canvas, [canvas.Size.Bounds], [], 0);
        viewer.AcceptSize(out _);
        int rects = 0;
        while (viewer.IsBehind)
        {
            using PictureUpdate update = viewer.TakeUpdate(int.MaxValue, int.MaxValue, 0)!;
            rects += update.RectCount;
            surface.ForgetTiles();
        }

        Assert.Equal(10 * 8, rects);
    }

    /// <summary>From the first byte to a request for the whole picture.</summary>
    private static async Task AskAsync(RawRfb rfb)
    {
        await rfb.OpenAsync();
        await rfb.SetEncodingsAsync(0);
        await rfb.RequestAsync();
    }

    private List<Lease> TakeAll(Account account)
    {
        List<Lease> all = [];
        for (int size = 1 << 20; size >= 256; size /= 2)
        {
            try
            {
                while (true)
                {
                    all.Add(Pool.Rent(size, BufferTag.Test, account));
                }
            }
            catch (QuotaExceededException)
            {
                // The next size may fit.
            }
        }

        return all;
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5, Timeout);
        }
    }

    private sealed class FrontEnd(bool isLink, InFlight inFlight, Action evicted) : IViewerFrontEnd
    {
        public bool IsLink => isLink;

        public long HeldBytes => inFlight.Bytes;

        public InFlight ReadInFlight() => inFlight;

        public void Evict(string reason) => evicted();
    }
}
