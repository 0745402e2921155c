using Microsoft.AspNetCore.Connections;
using Umbra.Testing;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Serial;

/// <summary>Connections over a line between two nodes' drivers: what the contract suite does not ask, because other wires have no two ends that may both begin, and no cable.</summary>
public sealed class SerialTransportTests : PoolTest
{
    private const int Kilobyte = 1024;

    [Fact]
    public async Task Connect_BeforeAnybodyListens_WaitsForIt()
    {
        using TestLine test = new();
        await using LineNode near = new(test.Paths[0], Pool);
        await using LineNode target = new(test.Paths[1], Pool);
        Task<Stream> connecting = near.ConnectAsync();
        await LineNode.SendsAsync(test);

        await using IConnectionListener listener = await target.ListenAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting.WaitAsync(Handlers.Limit);

        await AssertTalkAsync(stream, accepted, Kilobyte);
    }

    [Theory]
    [InlineData("?pace=off", 0)]
    [InlineData("?pace=off&flow=xon", 0)]
    [InlineData("?pace=off&flow=rts&parity=even", 0)]
    [InlineData("?pace=off", 1e-4)]
    public async Task Talk_EveryByteBothWays_Arrives(string options, double bitErrorRate)
    {
        using TestLine test = new(bitErrorRate: bitErrorRate);
        await using LineNode near = new(test.Paths[0], Pool, options);
        await using LineNode target = new(test.Paths[1], Pool, options);
        await using IConnectionListener listener = await target.ListenAsync();
        Task<Stream> connecting = near.ConnectAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting.WaitAsync(Handlers.Limit);

        await AssertTalkAsync(stream, accepted, 24 * Kilobyte);
    }

    /// <summary>On a line of a real speed, which has a queue then: whatever was sent last arrives without anything being sent after it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1e-4)]
    public async Task Talk_AfterABurst_TheLastBytesArriveByThemselves(double bitErrorRate)
    {
        using TestLine test = new(baud: 115_200, bitErrorRate);
        await using LineNode near = new(test.Paths[0], Pool, "?baud=115200");
        await using LineNode target = new(test.Paths[1], Pool, "?baud=115200");
        await using IConnectionListener listener = await target.ListenAsync();
        Task<Stream> connecting = near.ConnectAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting.WaitAsync(Handlers.Limit);

        await AssertTalkAsync(stream, accepted, 6 * Kilobyte);
        for (int i = 0; i < 5; i++)
        {
            await AssertTalkAsync(stream, accepted, 100);
        }
    }

    [Fact]
    public async Task Connect_TwiceOneAfterTheOther_Works()
    {
        using TestLine test = new();
        await using LineNode near = new(test.Paths[0], Pool);
        await using LineNode target = new(test.Paths[1], Pool);
        await using IConnectionListener listener = await target.ListenAsync();
        for (int i = 0; i < 2; i++)
        {
            Task<Stream> connecting = near.ConnectAsync();
            await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
            await using Stream stream = await connecting.WaitAsync(Handlers.Limit);
            await AssertTalkAsync(stream, accepted, Kilobyte);
        }
    }

    [Fact]
    public async Task Connect_LineHasAConnection_IsRefusedAndThatOneGoesOn()
    {
        using TestLine test = new();
        await using LineNode near = new(test.Paths[0], Pool);
        await using LineNode target = new(test.Paths[1], Pool);
        await using IConnectionListener listener = await target.ListenAsync();
        Task<Stream> connecting = near.ConnectAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting.WaitAsync(Handlers.Limit);

        TransportException refused = await Assert.ThrowsAsync<TransportException>(() => near.ConnectAsync().WaitAsync(Handlers.Limit));

        Assert.Equal(TransportError.InUse, refused.Error);
        await AssertTalkAsync(stream, accepted, Kilobyte);
    }

    [Fact]
    public async Task Connect_PeerHasStartedAnew_EndsTheOldConnectionAndMakesANewOne()
    {
        using TestLine test = new();
        await using LineNode target = new(test.Paths[1], Pool);
        await using IConnectionListener listener = await target.ListenAsync();
        LineNode before = new(test.Paths[0], Pool);
        Task<Stream> connecting = before.ConnectAsync();
        await using ConnectionContext old = await LineNode.AcceptAsync(listener);
        await using (Stream stream = await connecting.WaitAsync(Handlers.Limit))
        {
            await AssertTalkAsync(stream, old, Kilobyte);

            // Whoever crashes says nothing.
            test.IsCut = true;
            await before.DisposeAsync();
            test.IsCut = false;
        }

        await using LineNode after = new(test.Paths[0], Pool);
        Task<Stream> again = after.ConnectAsync();

        ConnectionResetException ended = await Assert.ThrowsAsync<ConnectionResetException>(
            () => old.Transport.Input.ReadAsync().AsTask().WaitAsync(Handlers.Limit));
        Assert.Equal("the other end of the line has started anew", ended.Message);
        await old.DisposeAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream fresh = await again.WaitAsync(Handlers.Limit);
        await AssertTalkAsync(fresh, accepted, Kilobyte);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Talk_DeviceIsPulledAndPutBack_GoesOn(int end)
    {
        using TestLine test = new();
        await using LineNode near = new(test.Paths[0], Pool);
        await using LineNode target = new(test.Paths[1], Pool);
        await using IConnectionListener listener = await target.ListenAsync();
        Task<Stream> connecting = near.ConnectAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting.WaitAsync(Handlers.Limit);
        await AssertTalkAsync(stream, accepted, Kilobyte);

        test.Unplug(end);
        Task talking = AssertTalkAsync(stream, accepted, 8 * Kilobyte);
        test.Plug(end);

        await talking;
    }

    [Fact]
    public async Task Connect_BothEndsAtOnce_MakesOneConnection()
    {
        using TestLine test = new();
        await using LineNode a = new(test.Paths[0], Pool);
        await using LineNode b = new(test.Paths[1], Pool);
        await using IConnectionListener listenerA = await a.ListenAsync();
        await using IConnectionListener listenerB = await b.ListenAsync();
        using CancellationTokenSource enough = new();

        Task<Stream>[] connecting = [a.ConnectAsync(enough.Token), b.ConnectAsync(enough.Token)];
        Task<Stream> made = await Task.WhenAny(connecting).WaitAsync(Handlers.Limit);
        await using ConnectionContext accepted = await LineNode.AcceptAsync(made == connecting[0] ? listenerB : listenerA);
        await using Stream stream = await made;

        await AssertTalkAsync(stream, accepted, Kilobyte);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting.Single(c => c != made).WaitAsync(Handlers.Limit));
    }

    [Fact]
    public async Task Connect_BothEndsAtOnceAndOneListens_MakesThatOneAnswer()
    {
        // Whichever draws the lower number, it is the one that listens who has to answer: so more than once.
        for (int i = 0; i < 2; i++)
        {
            using TestLine test = new();
            await using LineNode a = new(test.Paths[0], Pool);
            await using LineNode b = new(test.Paths[1], Pool);
            await using IConnectionListener listener = await b.ListenAsync();
            using CancellationTokenSource enough = new();
            Task<Stream> useless = b.ConnectAsync(enough.Token);
            Task<Stream> connecting = a.ConnectAsync();

            await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
            await using Stream stream = await connecting.WaitAsync(Handlers.Limit);

            await AssertTalkAsync(stream, accepted, Kilobyte);
            await enough.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => useless.WaitAsync(Handlers.Limit));
        }
    }

    [Fact]
    public async Task Connect_Cancelled_LetsGoOfTheDevice()
    {
        using TestLine test = new();
        await using LineNode near = new(test.Paths[0], Pool);
        using CancellationTokenSource enough = new();
        Task<Stream> connecting = near.ConnectAsync(enough.Token);
        await LineNode.SendsAsync(test);

        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(Handlers.Limit));
        await using LineNode other = new(test.Paths[0], Pool);
        await using IConnectionListener listener = await other.ListenAsync();
    }

    [Fact]
    public async Task Listen_NoDeviceOrTaken_SaysWhich()
    {
        using TestLine test = new();
        await using LineNode one = new(test.Paths[0], Pool);
        await using LineNode two = new(test.Paths[0], Pool);
        await using LineNode nowhere = new("/dev/ttyNone7", Pool);
        await using IConnectionListener listener = await one.ListenAsync();

        Assert.Equal(TransportError.InUse, (await Assert.ThrowsAsync<TransportException>(one.ListenAsync)).Error);
        Assert.Equal(TransportError.InUse, (await Assert.ThrowsAsync<TransportException>(two.ListenAsync)).Error);
        Assert.Equal(TransportError.Unreachable, (await Assert.ThrowsAsync<TransportException>(nowhere.ListenAsync)).Error);
    }

    /// <summary>Sends random bytes both ways at once, and checks what arrives.</summary>
    private static async Task AssertTalkAsync(Stream near, ConnectionContext target, int count)
    {
        byte[] up = new byte[count];
        byte[] down = new byte[count];
        new Random(count).NextBytes(up);
        new Random(count + 1).NextBytes(down);
        Task sending = Task.WhenAll(near.WriteAsync(up).AsTask(), target.Transport.Output.WriteAsync(down).AsTask());
        Task<byte[]> atTarget = target.Transport.Input.ReadAsync(count);
        byte[] atNear = new byte[count];
        await near.ReadExactlyAsync(atNear).AsTask().WaitAsync(Handlers.Limit);

        Assert.Equal(down, atNear);
        Assert.Equal(up, await atTarget);
        await sending.WaitAsync(Handlers.Limit);
    }
}
