using Umbra.Sessions.Nodes;
using Umbra.Transports;
using Umbra.Transports.Tcp;
using Umbra.Transports.Tls;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class PeerConnectorTests : NodeTest
{
    [Fact]
    public async Task ConnectAsync_AnotherNodeAtTheFirstAddress_TakesTheSecond()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        await using Door wrong = new(NewNode("server-b"));
        await using Door right = new(issuer);

        await AssertReachesAsync(issuer, ConnectAsync(member, wrong.Address, right.Address));
        Assert.True(wrong.Knocked.IsCompleted);
        Assert.Contains("answering for server-b", member.Log.Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_SilenceAtTheFirstAddress_TakesTheSecondInTime()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        await using Door silent = new(null);
        await using Door right = new(issuer);

        Task<PeerConnection> connecting = ConnectAsync(member, silent.Address, right.Address);
        await silent.Knocked.WaitAsync(Timeout);
        Time.Advance(PeerConnector.AddressTimeout - TimeSpan.FromTicks(1));
        Assert.False(right.Knocked.IsCompleted);
        Time.Advance(TimeSpan.FromTicks(1));
        await AssertReachesAsync(issuer, connecting);
    }

    [Fact]
    public async Task ConnectAsync_AddressesOfNoUse_AreSkipped()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        await using Door right = new(issuer);

        await AssertReachesAsync(issuer, ConnectAsync(member, "nonsense", "ipx://1.2:3", "memory://x", "tcp://127.0.0.1:1", right.Address));
    }

    [Fact]
    public async Task ConnectAsync_OnlyAnotherNodeAnswers_SaysWhoItIsNot()
    {
        (_, TestNode member) = await EnrolledPairAsync();
        await using Door wrong = new(NewNode("server-b"));

        await AssertFailsAsync($"who answers at {wrong.Address} is not server-b", ConnectAsync(member, "tcp://127.0.0.1:1", wrong.Address));
    }

    [Fact]
    public async Task ConnectAsync_OnlySilence_SaysHowLong()
    {
        (_, TestNode member) = await EnrolledPairAsync();
        await using Door silent = new(null);
        Task connecting = ConnectAsync(member, silent.Address);
        await silent.Knocked.WaitAsync(Timeout);
        Time.Advance(PeerConnector.AddressTimeout);

        await AssertFailsAsync($"{silent.Address} did not answer in 10 seconds", connecting);
    }

    [Fact]
    public async Task ConnectAsync_CancelledByTheCaller_IsNoFailureOfTheAddress()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        await using Door silent = new(null);
        await using Door right = new(issuer);
        SetAddresses(member, silent.Address, right.Address);
        using CancellationTokenSource cancelled = new();
        Task connecting = Connector(member).ConnectAsync("server-b", cancelled.Token);
        await silent.Knocked.WaitAsync(Timeout);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(Timeout));
        Assert.False(right.Knocked.IsCompleted);
    }

    [Fact]
    public async Task ConnectBetterAsync_TheBetterAddressComesBack_IsFoundAtTheNextTry()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        Door gone = new(issuer);
        await gone.DisposeAsync();
        await using Door worse = new(issuer);
        PeerConnection reached = await ConnectAsync(member, gone.Address, worse.Address);
        await using LinkTlsStream over = reached.Stream;
        Assert.Equal(1, reached.Rank);

        Task<PeerConnection> looking = Connector(member).ConnectBetterAsync("server-b", reached.Rank, Timeout);
        Time.Advance(PeerConnector.BetterEvery);
        await Task.Delay(50, Timeout);
        Assert.False(looking.IsCompleted);
        await using Door back = new(issuer);
        SetAddresses(member, back.Address, worse.Address);
        while (!looking.IsCompleted)
        {
            Time.Advance(PeerConnector.BetterEvery);
            await Task.Delay(20, Timeout);
        }

        Assert.Equal(0, (await looking).Rank);
        await AssertReachesAsync(issuer, looking);
        Assert.True(back.Knocked.IsCompleted);
    }

    [Fact]
    public async Task ConnectAsync_NoAddressOrNoPeer_SaysSo()
    {
        (_, TestNode member) = await EnrolledPairAsync();

        await AssertFailsAsync("no address of server-b is known", ConnectAsync(member));
        await AssertFailsAsync("no node server-z is enrolled here", Connector(member).ConnectAsync("server-z", Timeout));
    }

    private Task<PeerConnection> ConnectAsync(TestNode member, params string[] addresses)
    {
        SetAddresses(member, addresses);
        return Connector(member).ConnectAsync("server-b", Timeout);
    }

    private static PeerConnector Connector(TestNode node) =>
        new(node.State, node.Tls, new TransportConnectors([new TcpConnector(new TransportOptions())]));

    private static void SetAddresses(TestNode member, params string[] addresses) =>
        member.State.Peers.Enrol(member.State.Peers.Find("server-b")! with { Addresses = addresses });

    private async Task AssertReachesAsync(TestNode node, Task<PeerConnection> connecting)
    {
        (LinkTlsStream stream, TransportDriver driver, _) = await connecting.WaitAsync(Timeout);
        await using (stream)
        {
            Assert.Equal(node.State.Identity.KeyHash, NodeCertificates.KeyHash(stream.PeerCertificate));
            Assert.Equal(TransportDrivers.Tcp, driver);
        }
    }

    private async Task AssertFailsAsync(string because, Task connecting) => Assert.Contains(
        because, (await Assert.ThrowsAsync<IOException>(() => connecting.WaitAsync(Timeout))).Message, StringComparison.Ordinal);
}
