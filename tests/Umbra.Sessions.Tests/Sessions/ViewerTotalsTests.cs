using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Shadowing;
using Umbra.Sessions.Sources;
using Umbra.Sessions.Tests.FrontEnds;

namespace Umbra.Sessions.Tests.Sessions;

/// <summary>What is counted of viewers: by kind, for as long as the session lives, and what is on its way to them now.</summary>
public sealed class ViewerTotalsTests : PeerTest
{
    private const byte View = 1;
    private readonly ConcurrentQueue<(ViewerKind Kind, TimeSpan Took)> _arrived = new();

    [Fact]
    public async Task Coalesced_CommitsBetweenTwoUpdates_CountOnceForEachViewer_AndStayWhenItLeaves()
    {
        await using Session session = new("alice", new StillSource(new Size(64, 64)), Pool, new SessionOptions(), TimeProvider.System, NullLogger.Instance);
        Commit(session, 1);
        SessionViewer owner = Join(session, isOwner: true);
        SessionViewer first = Join(session, isOwner: false);
        SessionViewer second = Join(session, isOwner: false);
        Take(owner, first, second);
        Commit(session, 2);
        Take(owner);
        Commit(session, 3);
        Take(owner);
        Commit(session, 4);
        Take(owner, first, second);
        Assert.Equal((0, 4, 0), Coalesced(session));

        owner.Dispose();
        first.Dispose();
        second.Dispose();
        Assert.Equal((0, 4, 0), Coalesced(session));
    }

    [Fact]
    public async Task Shed_ByReason_Counts()
    {
        await using Session session = new("alice", new StillSource(new Size(64, 64)), Pool, new SessionOptions(), TimeProvider.System, NullLogger.Instance);
        using SessionViewer viewer = Join(session, isOwner: false);
        viewer.Counters.Shed("pressure");
        session.TotalsOf(ViewerKind.Shadower).Shed("pressure");
        session.TotalsOf(ViewerKind.Link).Shed("stalled");
        Assert.Equal(new Dictionary<string, long> { ["pressure"] = 2 }, session.TotalsOf(ViewerKind.Shadower).ShedByReason);
        Assert.Equal(new Dictionary<string, long> { ["stalled"] = 1 }, session.TotalsOf(ViewerKind.Link).ShedByReason);
        Assert.Empty(session.TotalsOf(ViewerKind.Owner).ShedByReason);
    }

    [Fact]
    public async Task InFlight_RfbViewer_FromTheUpdateUntilItAsksAgain()
    {
        Session session = Start();
        await using RawRfb rfb = await ConnectAsync(AccessTo(session));
        await rfb.OpenAsync();
        await rfb.RequestAsync();
        await rfb.ReadUntilAsync(0);
        await rfb.ReadUpdateAsync();
        SessionViewer viewer = Assert.Single(session.Viewers);
        Assert.Equal(ViewerKind.Owner, viewer.Kind);
        Assert.InRange(viewer.InFlight().Bytes, 80 * 60 * 4, 80 * 60 * 4 * 2);
        Assert.True(viewer.InFlight().Age > TimeSpan.Zero);
        Assert.Empty(_arrived);

        await rfb.RequestAsync(isIncremental: true);
        await UntilAsync(() => !_arrived.IsEmpty);
        Assert.Equal(default, viewer.InFlight());
        Assert.Equal(ViewerKind.Owner, Assert.Single(_arrived).Kind);
        await UntilAsync(() => session.TotalsOf(ViewerKind.Owner).Updates == 1);
        Assert.Equal(viewer.Counters.Bytes, session.TotalsOf(ViewerKind.Owner).Bytes);
    }

    [Fact]
    public async Task InFlight_Link_FromThePictureUntilThePong()
    {
        Session session = Start();
        SessionDirectory directory = new();
        directory.TryAdd(session);
        Grants grants = new("server-b", new ShadowPolicy(AccessMode.View, 10), TimeProvider.System, NullLogger.Instance);
        await using RawLink link = new(
            await ServeAsync(c => ShadowStack.RunAsync(c.Transport, "server-b", "server-a", Pool, directory, grants, TimeProvider.System, Log, c.ConnectionClosed)), Timeout);
        await link.SendAsync(RawLink.Hello, RawLink.HelloOf("server-a"));
        await link.SendAsync(RawLink.Open, RawLink.OpenOf("alice"));
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, View));
        await link.SendAsync(RawLink.Credit, RawLink.CreditOf(1));
        await link.ReadUntilAsync(RawLink.Picture);
        byte[] commit = await link.ReadUntilAsync(RawLink.Ping);
        SessionViewer viewer = Assert.Single(session.Viewers);
        Assert.Equal(ViewerKind.Link, viewer.Kind);
        Assert.True(viewer.InFlight() is { Bytes: > 0 } inFlight && inFlight.Age > TimeSpan.Zero);

        await link.SendAsync(RawLink.Pong, commit);
        await UntilAsync(() => !_arrived.IsEmpty);
        Assert.Equal(default, viewer.InFlight());
        Assert.Equal(ViewerKind.Link, Assert.Single(_arrived).Kind);
    }

    private Session Start() => NewSession(
        new StillSource(new Size(80, 60)), options: new SessionOptions { UpdateArrived = (kind, took) => _arrived.Enqueue((kind, took)) });

    private static SessionViewer Join(Session session, bool isOwner)
    {
        SessionViewer viewer = session.Join(new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx), "somebody", isOwner);
        viewer.Picture.AcceptSize(out _);
        return viewer;
    }

    private static void Commit(Session session, byte shade)
    {
        using Canvas canvas = new(session.Pool, session.Account, new Size(64, 64));
        canvas.Pixels.Fill(shade);
        ((ISourceSink)session).Commit(canvas, [canvas.Size.Bounds], []);
    }

    private static void Take(params SessionViewer[] viewers)
    {
        foreach (SessionViewer viewer in viewers)
        {
            using PictureUpdate? update = viewer.TakeUpdate(1 << 20, 100);
            Assert.True(update is { IsComplete: true });
        }
    }

    private static (long, long, long) Coalesced(Session session) =>
        (session.TotalsOf(ViewerKind.Owner).Coalesced, session.TotalsOf(ViewerKind.Shadower).Coalesced, session.TotalsOf(ViewerKind.Link).Coalesced);

    private async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Delay(10, Timeout);
        }
    }
}
