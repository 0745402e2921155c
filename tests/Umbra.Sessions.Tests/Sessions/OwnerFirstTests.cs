using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Tests.FrontEnds;
using Umbra.Transports;

namespace Umbra.Sessions.Tests.Sessions;

/// <summary>Shadowers hold all the memory there is for them: they are refused more, and the owner does not notice.</summary>
public sealed class OwnerFirstTests : PeerTest
{
    private const long Limit = 32 * 1024 * 1024;
    private static readonly Size Size = new(400, 300);
    private readonly StillSource _source = new(Size);

    [Fact]
    public async Task ShadowersHoldAllThereIs_OwnerIsServed_ShadowersAreTurnedAway()
    {
        Session session = NewSession(_source, options: new SessionOptions { MemoryLimit = Limit });
        await CommittedAsync(session, Size);
        List<IDisposable> held = HoldAll(session);
        try
        {
            await using RawRfb owner = await OpenAsync(session, isOwner: true);
            await AssertServedAsync(owner);

            // A whole handshake and a request, sent blindly: it may be turned away at any point of it.
            await using RawRfb shadower = await ConnectAsync(AccessTo(session, isOwner: false));
            await shadower.SendAsync([.. "RFB 003.008\n"u8, 1, 1, 3, 0, 0, 0, 0, 0, .. RawRfb.U16(Size.Width), .. RawRfb.U16(Size.Height)]);
            await shadower.ReadToEndAsync();
            await shadower.Done;
            Assert.Contains(Log.Lines, line => line.Contains("quota exceeded", StringComparison.Ordinal));

            // The session itself goes on, in another size even.
            Size larger = new(500, 300);
            _source.RequestSize(larger);
            await CommittedAsync(session, larger);
            await AssertServedAsync(owner);
        }
        finally
        {
            held.ForEach(each => each.Dispose());
        }

        await using RawRfb next = await OpenAsync(session, isOwner: false);
        await AssertServedAsync(next);
    }

    /// <summary>Viewers who take everything, each in a class of its own, and let go of nothing, until they are refused.</summary>
    private static List<IDisposable> HoldAll(Session session)
    {
        List<IDisposable> held = [];
        for (int i = 0; i < 100; i++)
        {
            SessionViewer viewer = session.Join(new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx, JpegQuality: -1, CompressLevel: i), $"shadower {i}", isOwner: false);
            held.Add(viewer);
            viewer.SetReady(true);
            viewer.Picture.AcceptSize(out _);
            try
            {
                held.Add(viewer.TakeUpdate(int.MaxValue, int.MaxValue)!);
            }
            catch (QuotaExceededException)
            {
                return held;
            }
        }

        throw new InvalidOperationException("nobody was refused");
    }

    [Fact]
    public async Task ShadowersHaveMoreToDoThanTheyGetTimeFor_OwnerIsServed()
    {
        using WorkLane lane = new("shadowers", threads: 1);
        using ManualResetEventSlim hasTime = new();
        Session session = NewSession(_source, options: new SessionOptions { ShadowerLane = lane });
        await CommittedAsync(session, Size);
        await using RawRfb shadower = await OpenAsync(session, isOwner: false);
        await AssertServedAsync(shadower);
        lane.Post(new Busy(hasTime));
        Task served = AssertServedAsync(shadower);
        await using (RawRfb owner = await OpenAsync(session, isOwner: true))
        {
            await AssertServedAsync(owner);
            await AssertServedAsync(owner);
        }

        Assert.False(served.IsCompleted);
        hasTime.Set();
        await served;
    }

    private async Task<RawRfb> OpenAsync(Session session, bool isOwner)
    {
        RawRfb rfb = await ConnectAsync(AccessTo(session, isOwner: isOwner));
        await rfb.OpenAsync();
        await rfb.SetEncodingsAsync(0, -223);
        return rfb;
    }

    private static async Task AssertServedAsync(RawRfb rfb)
    {
        await rfb.RequestAsync();
        await rfb.ReadUntilAsync(0);
        Assert.NotEmpty(await rfb.ReadUpdateAsync());
    }

    private async Task CommittedAsync(Session session, Size size)
    {
        while (session.Commits == 0 || session.Surface.Size != size)
        {
            await Task.Delay(5, Timeout);
        }
    }

    private sealed class Busy(ManualResetEventSlim until) : IThreadPoolWorkItem
    {
        public void Execute() => until.Wait(TimeSpan.FromSeconds(30));
    }
}
