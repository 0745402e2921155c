using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources;
using Umbra.Sessions.Tests.FrontEnds;
using Umbra.Testing;
using Umbra.Transports;

namespace Umbra.Sessions.Tests.Sessions;

/// <summary>When a source is asked for the next picture, where this one took long to encode and not everybody is through with it.</summary>
public sealed class DemandTests : PoolTest
{
    private static readonly Size Size = new(64, 64);
    private readonly SlowTime _time = new();
    private readonly WorkLane _lane = new("shadowers", threads: 1);
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromSeconds(60));

    [Fact]
    public Task ShadowerIsBusy_NextPictureWaitsForHim() =>
        AssertNextPictureComesOnlyAfterAsync(busy => Assert.Null(busy.TakeUpdate(int.MaxValue, 1000)));

    [Fact]
    public Task ShadowerIsStuck_NextPictureWaitsAsLongAsThisOneTook() => AssertNextPictureComesOnlyAfterAsync(_ => _time.Advance(TimeSpan.FromHours(1)));

    [Fact]
    public async Task ShadowerIsBusy_OwnerGetsTheNextPicture()
    {
        await using Session session = NewSession();
        using SessionViewer owner = Join(session, isOwner: true);
        using SessionViewer slow = Join(session, isOwner: false);
        Commit(session, 0x112233);
        Take(owner, slow);

        Assert.True(DemandOf(session).IsCompleted);
    }

    /// <summary>What is drawn after nothing was drawn for a while comes in pieces: the rest of it need not wait for its turn.</summary>
    [Fact]
    public async Task NothingForAWhile_TwoPicturesComeAtOnceAndTheOthersInTurn()
    {
        TimeSpan turn = TimeSpan.FromSeconds(1.0 / new SessionOptions().UpdateRate);
        await using Session session = NewSession();
        using SessionViewer owner = Join(session, isOwner: true);
        void Next(uint colour)
        {
            Commit(session, colour);
            owner.Picture.AcceptSize(out _);
            owner.TakeUpdate(int.MaxValue, 1000)!.Dispose();
        }

        Next(0x112233);
        for (uint rest = 1; rest <= 2; rest++)
        {
            _time.Advance(TimeSpan.FromSeconds(rest));
            Assert.True(DemandOf(session).IsCompleted);
            Next(rest);
            Assert.True(DemandOf(session).IsCompleted);
            for (uint picture = 0x100; picture < 0x103; picture++)
            {
                Next(picture * rest);
                Task next = DemandOf(session);
                _time.Advance(turn - TimeSpan.FromMilliseconds(1));
                Assert.False(next.IsCompleted);
                _time.Advance(TimeSpan.FromMilliseconds(1));
                await next.WaitAsync(_timeout.Token);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        _lane.Dispose();
        _timeout.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Two shadowers, of whom one has all of the picture and the other is still busy with it.</summary>
    private async Task AssertNextPictureComesOnlyAfterAsync(Action<SessionViewer> isOver)
    {
        await using Session session = NewSession();
        using SessionViewer quick = Join(session, isOwner: false);
        using SessionViewer busy = Join(session, isOwner: false);
        Commit(session, 0x112233);
        Take(quick, busy);
        Assert.Null(quick.TakeUpdate(int.MaxValue, 1000));

        Task next = DemandOf(session);
        Assert.False(next.IsCompleted);
        isOver(busy);
        await next;
    }

    private Session NewSession() => new("alice", new StillSource(Size), Pool, new SessionOptions { ShadowerLane = _lane }, _time, NullLogger.Instance);

    private static SessionViewer Join(Session session, bool isOwner)
    {
        SessionViewer viewer = session.Join(new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx), "somebody", isOwner, wake: () => { });
        viewer.SetReady(true);
        return viewer;
    }

    private void Commit(Session session, uint colour)
    {
        using Canvas canvas = new(Pool, Account, Size);
        canvas.Fill(Size.Bounds, colour);
        ((ISourceSink)session).Commit(canvas, [Size.Bounds], []);
    }

    /// <summary>What the first of them is the first to need is encoded, which takes its time.</summary>
    private void Take(params SessionViewer[] viewers)
    {
        _time.PassesOn = Environment.CurrentManagedThreadId;
        foreach (SessionViewer viewer in viewers)
        {
            viewer.Picture.AcceptSize(out _);
            viewer.TakeUpdate(int.MaxValue, 1000)!.Dispose();
            _time.PassesOn = null;
        }
    }

    private Task DemandOf(Session session) => ((ISourceSink)session).WaitForDemandAsync(_timeout.Token).AsTask();

    /// <summary>Stands still, but on one thread passes whenever it is read, and ten times as much as when it was read last: most between the two readings around the encoder's work.</summary>
    private sealed class SlowTime : FakeTimeProvider
    {
        private TimeSpan _step = TimeSpan.FromMilliseconds(1);

        public int? PassesOn { get; set; }

        public override long GetTimestamp()
        {
            if (PassesOn == Environment.CurrentManagedThreadId)
            {
                Advance(_step);
                _step *= 10;
            }

            return base.GetTimestamp();
        }
    }
}
