using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Sessions.Shadowing;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>
/// Target nodes that go wrong in every way: the near node's session of such a link is lost and tried again, everything else goes on.
/// </summary>
public sealed class LinkSourceFuzzTests : FuzzTest
{
    private static readonly byte[] Fill = [0, 8, 0, 8, 0, 16, 0, 16, 0, 0, 0, 7, 0x80, 1, 2, 3];
    private static readonly byte[] Whole = [0, 0, 0, 0, 0, 64, 0, 48, 0, 0, 0, 7, 0x80, 9, 9, 9];

    private static readonly byte[][] Frames =
    [
        RawLink.Frame(RawLink.Hello, RawLink.HelloOf("server-b")),
        RawLink.Frame(RawLink.Opened, [0, 64, 0, 48, .. RawLink.Text("a desktop"), .. RawLink.Text("desktop"), 1, .. RawLink.Text("server-b")]),
        RawLink.Frame(RawLink.Attached, 0, 0, 0, 1, 1),
        RawLink.Frame(RawLink.Picture, PictureOf(1, 64, 48, [], Whole)),
        RawLink.Frame(0x23, [0, 2, 0, 1, 0, 1, 0, 0, .. new byte[8]]),
        RawLink.Frame(0x24, RawLink.Text("köln")),
        RawLink.Frame(RawLink.Picture, PictureOf(2, 64, 48, [0, 0, 0, 16, 0, 0, 0, 0, 0, 64, 0, 32], Fill)),
        RawLink.Frame(0x25),
        RawLink.Frame(0x26, 4),
        RawLink.Frame(RawLink.Clipboard, 0, 0, 0, 0, 0x61, 0x62),
        RawLink.Frame(RawLink.Ping, 0, 0, 0, 0, 0, 0, 0, 2),
        RawLink.Frame(RawLink.Picture, PictureOf(3, 100, 30, [], [0, 0, 0, 0, 0, 100, 0, 30, 0, 0, 0, 7, 0x80, 7, 7, 7])),
        RawLink.Frame(0x14, [0, 0, 0, 1, 2, .. RawLink.Text("raised")]),
        RawLink.Frame(0x07, [0, 104, .. RawLink.Text("desktop gone")]),
        RawLink.Frame(RawLink.Denied, [0, 0, 0, 1, 0, 107, .. RawLink.Text(""), .. RawLink.Text("stopped")]),
        RawLink.Frame(0x29),
        RawLink.Frame(RawLink.Close, [0, 106, .. RawLink.Text("ended")]),
    ];

    [Fact]
    public async Task NearNode_OutlivesEveryTarget()
    {
        Session healthy = NewMovingSession();
        await FuzzAsync(healthy, async seed =>
        {
            Mutation mutation = new(seed);
            await TalkAsync(mutation.Apply(Frames), mutation.Random);
        });
    }

    [Fact]
    public async Task RightConversation_IsShown() => await FuzzAsync(NewMovingSession(), async seed =>
    {
        if (seed > 3)
        {
            return;
        }

        byte[] bytes = [.. Frames[..4].SelectMany(f => f)];
        Assert.Equal(1, await TalkAsync(bytes, new Random(seed)));
    });

    /// <summary>A near end of its own, one connection, until the source has ended. Returns how many pictures were committed.</summary>
    private async Task<long> TalkAsync(byte[] bytes, Random random)
    {
        TaskCompletionSource isConnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource isOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Served? served = null;
        int connections = 0;
        LinkSource source = new("alice", "server-a", "server-b", ConnectAsync, TimeProvider.System, Log);
        LinkShadow shadow = source.Attach(AccessMode.View, "bob", "a test", "");
        Session session = new("alice@server-b", source, Pool, new SessionOptions { FirstRetry = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System, Log);
        session.Start();
        using SessionViewer viewer = session.Join(new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, -1, 1), "bob", isOwner: false);
        viewer.SetReady(true);
        await isConnected.Task.WaitAsync(Served.Patience);
        await new RawLink(served!, Timeout).ReadUntilAsync(RawLink.Credit);
        await BadPeer.TalkAsync(served!, bytes, random);
        await isOver.Task.WaitAsync(Served.Patience);
        shadow.Leave();
        await session.DisposeAsync().AsTask().WaitAsync(Served.Patience);
        return session.Commits;

        async Task<LinkConnection> ConnectAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref connections) > 1)
            {
                // The first connection is over, and the session tries again: that is all this test wants to see.
                isOver.TrySetResult();
                throw new IOException("no more");
            }

            (served, LinkConnection connection) = await WireAsync("server-b");
            isConnected.SetResult();
            return connection;
        }
    }

    private static byte[] PictureOf(byte commit, byte width, byte height, byte[] moves, byte[] rects) =>
        [0, 0, 0, 0, 0, 0, 0, commit, 1, 0xFF, 1, 0, width, 0, height, 0, (byte)(moves.Length / 12), .. moves, 0,
            (byte)(rects.Length / 16), .. rects];
}
