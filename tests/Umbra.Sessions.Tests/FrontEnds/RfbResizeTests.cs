using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Rfb;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>SetDesktopSize in plain bytes: whatever becomes of the wish, the client hears it, and hears it once.</summary>
public sealed class RfbResizeTests : PeerTest
{
    private const int ExtendedDesktopSize = -308;
    private static readonly TimeSpan LongerThanPatience = TimeSpan.FromMinutes(1);
    private readonly StillSource _source = new(new Size(80, 60));
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task SetDesktopSize_PresentSize_DoneAtOnceAndTheSourceIsNotAsked()
    {
        _source.TakesSizes = false;
        await using RawRfb rfb = await OpenAsync(NewSession(_source));

        await rfb.SetDesktopSizeAsync(80, 60);

        Assert.Equal([(1, 0, 80, 60)], await ReadSizesAsync(rfb));
        Assert.Empty(await ReadSizesAsync(rfb));
    }

    [Fact]
    public async Task SetDesktopSize_SourceRefuses_Prohibited()
    {
        _source.TakesSizes = false;
        await using RawRfb rfb = await OpenAsync(NewSession(_source));

        await rfb.SetDesktopSizeAsync(100, 50);

        Assert.Equal([(1, 1, 80, 60)], await ReadSizesAsync(rfb));
        Assert.Empty(await ReadSizesAsync(rfb));
    }

    [Fact]
    public async Task SetDesktopSize_SourceTakesItAndDoesNothing_OutOfResourcesAfterAWhile()
    {
        _source.FulfilsSizes = false;
        await using RawRfb rfb = await OpenAsync(NewSession(_source));
        await rfb.SetDesktopSizeAsync(100, 50);
        await rfb.SetDesktopSizeAsync(110, 50);
        Assert.Empty(await ReadSizesAsync(rfb));

        _time.Advance(LongerThanPatience);

        Assert.Equal([(1, 2, 80, 60), (1, 2, 80, 60)], await ReadSizesAsync(rfb));
        _time.Advance(LongerThanPatience);
        Assert.Empty(await ReadSizesAsync(rfb));
    }

    [Fact]
    public async Task SetDesktopSize_SourceComesBackToTheSameSize_DoneAfterAWhile()
    {
        _source.FulfilsSizes = false;
        await using RawRfb rfb = await OpenAsync(NewSession(_source));
        await rfb.SetDesktopSizeAsync(100, 50);
        await rfb.SetDesktopSizeAsync(80, 60);
        Assert.Empty(await ReadSizesAsync(rfb));

        _time.Advance(LongerThanPatience);

        Assert.Equal([(1, 0, 80, 60), (1, 0, 80, 60)], await ReadSizesAsync(rfb));
    }

    [Fact]
    public async Task SetDesktopSize_RefusedWhileTheSessionChangesItsSize_BothAreTold()
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetDesktopSizeAsync(100, 50, screens: 2);
        await UntilAliveAsync(rfb);

        _source.RequestSize(new Size(90, 70));
        await UntilAsync(() => session.Surface.Size == new Size(90, 70));

        Assert.Equal([(0, 0, 90, 70), (1, 3, 90, 70)], await ReadSizesAsync(rfb));
    }

    [Fact]
    public async Task SetDesktopSize_SeveralBeforeThePictureComes_EachIsAnsweredOnce()
    {
        Session session = NewSession(_source);
        await using RawRfb rfb = await OpenAsync(session);
        await rfb.SetDesktopSizeAsync(100, 50);
        await rfb.SetDesktopSizeAsync(0, 0);
        await rfb.SetDesktopSizeAsync(110, 50);
        await UntilAliveAsync(rfb);
        await UntilAsync(() => session.Surface.Size == new Size(110, 50));

        List<(int Reason, int Status, int Width, int Height)> told = await ReadSizesAsync(rfb);

        Assert.Equal([0, 0, 3], told.Where(size => size.Reason == 1).Select(size => size.Status).Order());
        Assert.Equal((110, 50), (rfb.Width, rfb.Height));
        _time.Advance(LongerThanPatience);
        Assert.Empty(await ReadSizesAsync(rfb));
    }

    [Fact]
    public async Task SetDesktopSize_ClientHasNotListedIt_NoRectangleItDoesNotKnow()
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewSession(_source)));
        await rfb.OpenAsync();

        await rfb.SetDesktopSizeAsync(80, 60);
        await rfb.SetDesktopSizeAsync(0, 0);

        Assert.Empty(await ReadSizesAsync(rfb));
    }

    [Fact]
    public async Task SetDesktopSize_ManyWithoutAskingForAnswers_Closed()
    {
        await using RawRfb rfb = await OpenAsync(NewSession(_source));
        for (int i = 0; i < 65; i++)
        {
            await rfb.SetDesktopSizeAsync(80, 60);
        }

        await rfb.ReadToEndAsync();
        await rfb.Done;
        Assert.Contains(Log.Lines, line => line.Contains("wishes for a size", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SetDesktopSize_Xvnc_DoneAndDoneAgain()
    {
        await using XDisplay display = await XDisplay.StartXvncAsync(320, 240);
        Session session = NewSession(new RfbSource(new RfbSourceOptions { Address = RfbAddress.UnixSocket(display.RfbSocket) }));
        await using RawRfb rfb = await OpenAsync(session);

        foreach (int width in (int[])[400, 400, 200])
        {
            await rfb.SetDesktopSizeAsync(width, 300);
            Assert.Equal((1, 0, width, 300), await ReadAnswerAsync(rfb));
        }

        BgrxImage screen = await display.ScreenshotAsync();
        Assert.Equal((200, 300), (screen.Width, screen.Height));
    }

    [Fact]
    public async Task SetDesktopSize_XvncThatForbidsIt_OutOfResources()
    {
        await using XDisplay display = await XDisplay.StartXvncAsync(320, 240, "-AcceptSetDesktopSize=0");
        Session session = NewSession(new RfbSource(new RfbSourceOptions { Address = RfbAddress.UnixSocket(display.RfbSocket) }));
        await using RawRfb rfb = await OpenAsync(session);

        await rfb.SetDesktopSizeAsync(400, 300);
        await UntilAliveAsync(rfb);
        _time.Advance(LongerThanPatience);

        Assert.Equal((1, 2, 320, 240), await ReadAnswerAsync(rfb));
    }

    /// <summary>Connected, and told the size for the first time.</summary>
    private async Task<RawRfb> OpenAsync(Session session)
    {
        RawRfb rfb = await ConnectAsync(AccessTo(session), _time);
        await rfb.OpenAsync();
        await rfb.SetEncodingsAsync(0, ExtendedDesktopSize);
        Assert.Single(await ReadSizesAsync(rfb));
        return rfb;
    }

    /// <summary>What the next whole picture says of the size: everything there is to say, as it comes after all that was sent before.</summary>
    private static async Task<List<(int Reason, int Status, int Width, int Height)>> ReadSizesAsync(RawRfb rfb)
    {
        await UntilAliveAsync(rfb);
        await rfb.RequestAsync();
        await rfb.ReadUntilAsync(0);
        return [.. (await rfb.ReadUpdateAsync()).Where(rect => rect.Encoding == ExtendedDesktopSize).Select(Told)];
    }

    /// <summary>The next answer to this client, over everything else.</summary>
    private static async Task<(int Reason, int Status, int Width, int Height)> ReadAnswerAsync(RawRfb rfb)
    {
        await rfb.RequestAsync(isIncremental: true);
        RawRect told = await rfb.ReadRectAsync(ExtendedDesktopSize);
        while (told.X != 1)
        {
            await rfb.RequestAsync(isIncremental: true);
            told = await rfb.ReadRectAsync(ExtendedDesktopSize);
        }

        return Told(told);
    }

    private static (int Reason, int Status, int Width, int Height) Told(RawRect rect) => (rect.X, rect.Y, rect.Width, rect.Height);

    /// <summary>A fence comes back only after everything before it was taken.</summary>
    private static async Task UntilAliveAsync(RawRfb rfb)
    {
        await rfb.SendAsync([248, 0, 0, 0, 0x80, 0, 0, 1, 1, 42]);
        await rfb.ReadUntilAsync(248);
        await rfb.ReadFenceAsync();
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using CancellationTokenSource patience = new(Served.Patience);
        while (!isSo())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
