using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class InviteStoreTests : NodeTest
{
    [Fact]
    public void IsOutstanding_UntilTheHourIsOver()
    {
        NodeState state = NewNode("server-b").State;
        InviteToken token = state.CreateInvite();
        Time.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromTicks(1));
        Assert.True(state.Invites.IsOutstanding(token.PublicKeyHash));

        Time.Advance(TimeSpan.FromTicks(1));
        Assert.False(state.Invites.IsOutstanding(token.PublicKeyHash));
        Assert.False(state.Invites.TryUse(token.PublicKeyHash, "server-a"));
    }

    [Fact]
    public void TryUse_ManyAtOnce_OneWinsAndRestartKeepsIt()
    {
        TestNode node = NewNode("server-b");
        InviteToken token = node.State.CreateInvite();
        int won = 0;
        Parallel.For(0, 16, i => Interlocked.Add(ref won, node.State.Invites.TryUse(token.PublicKeyHash, $"node-{i}") ? 1 : 0));

        Assert.Equal(1, won);
        node.Restart();
        Assert.False(node.State.Invites.IsOutstanding(token.PublicKeyHash));
        Assert.False(node.State.Invites.TryUse(token.PublicKeyHash, "server-a"));
    }

    [Fact]
    public void Outstanding_AfterRestart_Kept()
    {
        TestNode node = NewNode("server-b");
        InviteToken token = node.State.CreateInvite();
        node.Restart();

        Assert.Equal(token.PublicKeyHash, Assert.Single(node.State.Invites.Outstanding).Key);
    }

    [Fact]
    public void File_NeverHoldsTheToken()
    {
        TestNode node = NewNode("server-b");
        string token = node.State.CreateInvite().Reveal();

        IEnumerable<string> files = Directory.GetFiles(node.Path).Where(f => Path.GetFileName(f) != "lock");
        string all = string.Concat(files.Select(File.ReadAllText));
        Assert.Contains("expiresAt", all, StringComparison.Ordinal);
        Assert.DoesNotContain(token[InviteToken.Prefix.Length..][2..22], all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(8 * 24 * 60)]
    public void CreateInvite_LifetimeOutOfRange_Refused(int minutes) =>
        Assert.Throws<NodeStateException>(() => NewNode("server-b").State.CreateInvite(TimeSpan.FromMinutes(minutes)));

    [Fact]
    public void CreateInvite_TooMany_RefusedUntilSomeExpire()
    {
        NodeState state = NewNode("server-b").State;
        for (int i = 0; i < InviteStore.MaxOutstanding; i++)
        {
            state.CreateInvite();
        }

        Assert.Throws<NodeStateException>(() => state.CreateInvite());
        Time.Advance(InviteStore.DefaultLifetime);
        state.CreateInvite();
        Assert.Single(state.Invites.Outstanding);
    }
}
