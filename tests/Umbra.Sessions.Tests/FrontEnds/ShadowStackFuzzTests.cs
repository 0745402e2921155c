using Umbra.Sessions.Shadowing;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>Near nodes that go wrong in every way, on a session with a healthy viewer.</summary>
public sealed class ShadowStackFuzzTests : FuzzTest
{
    private static readonly byte[][] Frames =
    [
        RawLink.Frame(RawLink.Hello, RawLink.HelloOf("server-a")),
        RawLink.Frame(RawLink.Open, RawLink.OpenOf("alice")),
        RawLink.Frame(RawLink.Format, 6, 1),
        RawLink.Frame(RawLink.Credit, RawLink.CreditOf(3)),
        RawLink.Frame(RawLink.Attach, RawLink.AttachOf(1, 2)),
        RawLink.Frame(RawLink.Key, RawLink.KeyOf(1, 0x61, 1)),
        RawLink.Frame(RawLink.Pointer, 0, 0, 0, 1, 0, 5, 0, 5, 1),
        RawLink.Frame(RawLink.Attach, RawLink.AttachOf(2, 1)),
        RawLink.Frame(RawLink.Key, RawLink.KeyOf(2, 0x62, 1)),
        RawLink.Frame(RawLink.Clipboard, 0, 0, 0, 1, 0xC3, 0xA9),
        RawLink.Frame(RawLink.Ping, 1, 2, 3, 4, 5, 6, 7, 8),
        RawLink.Frame(RawLink.Pong, 0, 0, 0, 0, 0, 0, 0, 1),
        RawLink.Frame(RawLink.Attach, RawLink.AttachOf(1, 1)),
        RawLink.Frame(RawLink.Resize, 0, 0, 0, 1, 0, 50, 0, 50),
        RawLink.Frame(0x77, 1, 2, 3),
        RawLink.Frame(RawLink.Format, 0xFF, 9),
        RawLink.Frame(RawLink.Credit, RawLink.CreditOf(200)),
        RawLink.Frame(0x13, 0, 0, 0, 1),
        RawLink.Frame(RawLink.Close, 0, 0, 0, 3, 0x62, 0x79, 0x65),
    ];

    [Fact]
    public async Task Session_OutlivesEveryNearNode()
    {
        Session session = NewMovingSession();
        SessionDirectory directory = new();
        directory.TryAdd(session);
        Grants grants = new("server-b", new ShadowPolicy(AccessMode.Control, 8), TimeProvider.System, Log);
        long answered = 0;
        await FuzzAsync(session, async seed =>
        {
            Mutation mutation = new(seed);
            byte[] bytes = mutation.Apply(seed % 4 == 0 ? [.. Frames.Take(8), .. Frames.Skip(2)] : Frames);
            Served served = await ServeAsync(connection => ShadowStack.RunAsync(
                connection.Transport, "server-b", "server-a", Pool, directory, grants, TimeProvider.System, Log,
                    connection.ConnectionClosed));
            answered += await BadPeer.TalkAsync(served, bytes, mutation.Random);
            Assert.Empty(grants.All);
        });
        Assert.True(answered > 0);
    }
}
