using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class PeerStoreTests : NodeTest
{
    [Fact]
    public void Enrol_AfterRestart_Kept()
    {
        TestNode node = NewNode("server-b");
        node.State.Peers.Enrol(Peer("server-a", "K1"));
        node.State.Peers.SetAddresses("SERVER-A", ["pipe:///run/a.sock"]);
        node.State.Peers.Revoke("server-a", Time.GetUtcNow());
        node.Restart();

        Peer kept = Assert.Single(node.State.Peers.All);
        Assert.Equal(["pipe:///run/a.sock"], kept.Addresses);
        Assert.True(kept.IsRevoked);
        Assert.Equal(Time.GetUtcNow(), kept.RevokedAt);
    }

    [Fact]
    public void Enrol_SameKeyUnderAnotherName_OneRecord()
    {
        PeerStore peers = NewNode("server-b").State.Peers;
        peers.Enrol(Peer("server-a", "K1"));
        IReadOnlyList<Peer> lost = peers.Enrol(Peer("server-c", "K1"));

        Assert.Equal("server-c", Assert.Single(peers.All).Name);
        Assert.Equal("server-a", Assert.Single(lost).Name);
    }

    [Fact]
    public void WhyNot_NameOfALivePeer_OnlyItsOwnKey()
    {
        PeerStore peers = NewNode("server-b").State.Peers;
        peers.Enrol(Peer("server-a", "K1"));

        Assert.Null(peers.WhyNot("server-a", "K1"));
        Assert.NotNull(peers.WhyNot("SERVER-A", "K2"));
        peers.Revoke("server-a", Time.GetUtcNow());
        Assert.Null(peers.WhyNot("server-a", "K2"));
    }

    [Fact]
    public void Enrol_ManyAtOnce_AllKept()
    {
        TestNode node = NewNode("server-b");
        Parallel.For(0, 50, i => node.State.Peers.Enrol(Peer($"node-{i}", $"K{i}")));
        node.Restart();

        Assert.Equal(50, node.State.Peers.All.Count);
    }

    [Fact]
    public void Revoke_Unknown_False() => Assert.False(NewNode("server-b").State.Peers.Revoke("server-z", Time.GetUtcNow()));

    private Peer Peer(string name, string key) => new(name, [], "01", key, Time.GetUtcNow());
}
