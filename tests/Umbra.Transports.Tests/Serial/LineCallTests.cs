using Microsoft.AspNetCore.Connections;
using Umbra.Testing;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Serial;

/// <summary>Which end begins a connection, and when a line is free for one: what the contract suite does not ask, because other wires have no two ends that may both begin.</summary>
public sealed class LineCallTests : PoolTest
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

        await LineTalk.AssertAsync(stream, accepted, Kilobyte);
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
            await LineTalk.AssertAsync(stream, accepted, Kilobyte);
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
        await LineTalk.AssertAsync(stream, accepted, Kilobyte);
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
            await LineTalk.AssertAsync(stream, old, Kilobyte);

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
        await LineTalk.AssertAsync(fresh, accepted, Kilobyte);
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

        await LineTalk.AssertAsync(stream, accepted, Kilobyte);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting.Single(c => c != made).WaitAsync(Handlers.Limit));
    }

    [Fact]
    public async Task Connect_BothEndsAtOnceAndOneListens_MakesThatOneAnswer()
    {
        // Whichever draws the lower number, it is the one that listens who has to answer: so more than once.
        await Task.WhenAll(AssertOneListensAsync(), AssertOneListensAsync());
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

    private async Task AssertOneListensAsync()
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

        await LineTalk.AssertAsync(stream, accepted, Kilobyte);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => useless.WaitAsync(Handlers.Limit));
    }
}
