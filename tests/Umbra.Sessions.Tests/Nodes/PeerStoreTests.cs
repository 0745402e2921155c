using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class PeerStoreTests : NodeTest
{
    [Fact]
    public void Enrol_AfterRestart_Kept()
    {
        TestNode node = NewNode("server-b");
        Peer enrolled = Peer("server-a", "K1") with { Addresses = ["pipe:///run/a.sock"] };
        node.State.Peers.Enrol(enrolled);
        node.Restart();

        Peer kept = Assert.Single(node.State.Peers.All);
        Assert.Equal(["pipe:///run/a.sock"], kept.Addresses);
        Assert.Equal(enrolled, kept with { Addresses = enrolled.Addresses });
    }

    [Fact]
    public void Open_FileOfAnEarlierVersion_LeavesOutWhoWasRevoked()
    {
        TestNode node = NewNode("server-b");
        node.State.Peers.Enrol(Peer("server-a", "K1"));
        string file = Path.Combine(node.Path, PeerStore.FileName);
        string record = File.ReadAllText(file).Trim('[', ']', '\n', ' ');
        string old = record.TrimEnd('}', '\n', ' ') + ", \"revokedAt\": ";
        File.WriteAllText(file, $"[{old}null }}, {old.Replace("server-a", "server-c", StringComparison.Ordinal)}\"2026-01-02T03:04:05+00:00\" }}]");
        node.Restart();

        Assert.Equal("server-a", Assert.Single(node.State.Peers.All).Name);
        node.State.Peers.Enrol(Peer("server-d", "K4"));
        Assert.DoesNotContain("revokedAt", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Remove_Known_IsGoneAlsoAfterRestart()
    {
        TestNode node = NewNode("server-b");
        node.State.Peers.Enrol(Peer("server-a", "K1"));
        List<string> lost = [];
        node.State.Peers.Lost += p => lost.Add(p.Name);

        Assert.True(node.State.Peers.Remove("SERVER-A"));
        node.Restart();
        Assert.Empty(node.State.Peers.All);
        Assert.Equal(["server-a"], lost);
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
    public void WhyNot_NameOfAPeer_OnlyItsOwnKey()
    {
        PeerStore peers = NewNode("server-b").State.Peers;
        peers.Enrol(Peer("server-a", "K1"));

        Assert.Null(peers.WhyNot("server-a", "K1"));
        Assert.NotNull(peers.WhyNot("SERVER-A", "K2"));
        peers.Remove("server-a");
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
    public void Remove_Unknown_False() => Assert.False(NewNode("server-b").State.Peers.Remove("server-z"));

    private Peer Peer(string name, string key) => new(name, [], "01", key, Time.GetUtcNow());
}
