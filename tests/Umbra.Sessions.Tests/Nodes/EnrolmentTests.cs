using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

/// <summary>The whole exchange, both sides, over real TLS on loopback.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class EnrolmentTests : NodeTest
{
    [Fact]
    public async Task Join_GoodToken_BothKnowEachOther()
    {
        TestNode issuer = NewNode("server-b");
        TestNode member = NewNode("server-a");
        string keyBefore = member.State.Identity.KeyHash;
        string token = issuer.State.CreateInvite().Reveal();
        Peer? enrolled = await JoinAsync(issuer, member, InviteToken.Parse(token));

        Assert.Equal("server-a", enrolled?.Name);
        Assert.Equal(keyBefore, enrolled?.KeyHash);
        Assert.Equal(["tcp://server-a:7000"], enrolled?.Addresses);
        Peer inviter = Assert.Single(member.State.Peers.All);
        Assert.Equal("server-b", inviter.Name);
        Assert.Equal(["pipe:///run/joined-at.sock", "pipe:///run/server-b.sock"], inviter.Addresses);
        Assert.Equal(keyBefore, member.State.Identity.KeyHash);
        Assert.Equal("server-b", member.State.Identity.Issuer);
        Assert.Equal(issuer.State.Identity.Authority.RawData, member.State.Identity.Authority.RawData);
        Assert.False(File.Exists(Path.Combine(member.Path, "ca.key")));
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(Directory.GetFiles(member.Path), f => Assert.Equal(ownerOnly, File.GetUnixFileMode(f)));
    }

    [Fact]
    public async Task Join_TokenUsedBefore_RefusedAlsoAfterRestart()
    {
        TestNode issuer = NewNode("server-b");
        InviteToken token = issuer.State.CreateInvite();
        await JoinAsync(issuer, NewNode("server-a"), token);
        TestNode second = NewNode("server-c");

        await AssertRefusedAsync(issuer, second, token, "used");
        issuer.Restart();
        await AssertRefusedAsync(issuer, second, token, "used");
        Assert.Equal("server-a", Assert.Single(issuer.State.Peers.All).Name);
    }

    [Fact]
    public async Task Join_TokenExpired_Refused()
    {
        TestNode issuer = NewNode("server-b");
        InviteToken token = issuer.State.CreateInvite();
        Time.Advance(InviteStore.DefaultLifetime);

        await AssertRefusedAsync(issuer, NewNode("server-a"), token, "expired");
        Assert.Empty(issuer.State.Peers.All);
    }

    [Fact]
    public async Task Join_TokenExpiresBetweenHandshakeAndRequest_Refused()
    {
        TestNode issuer = NewNode("server-b");
        InviteToken token = issuer.State.CreateInvite();
        PeerIdentity invited = PeerIdentity.OfInvite(token.PublicKeyHash);
        Time.Advance(InviteStore.DefaultLifetime);
        using ECDsa key = NodeCertificates.NewKey();
        await using Wire wire = await Wire.OpenAsync();
        Task<Peer?> handling = issuer.Server.HandleAsync(wire.Server, invited, Timeout);
        EnrolmentChannel channel = new(wire.Client, Pool, Account);
        await channel.SendAsync(new EnrolRequest("server-a", NodeCertificates.CreateSigningRequest(key, "server-a"), []), Timeout);
        using EnrolmentFrame? answer = await channel.ReceiveAsync(Timeout);

        Assert.Equal(EnrolRefused.Type, answer?.Type);
        Assert.Null(await handling);
    }

    [Fact]
    public async Task Join_TwoRaceForOneToken_ExactlyOneWins()
    {
        for (int round = 0; round < 5; round++)
        {
            TestNode issuer = NewNode("server-b");
            InviteToken token = issuer.State.CreateInvite();
            TestNode[] racers = [NewNode("server-a"), NewNode("server-c")];
            bool[] won = await Task.WhenAll(racers.Select(async r =>
            {
                try
                {
                    return await JoinAsync(issuer, r, token) is not null;
                }
                catch (EnrolmentException)
                {
                    return false;
                }
            }));

            TestNode winner = Assert.Single(racers.Where((_, i) => won[i]));
            Assert.Equal(winner.State.Identity.Name, Assert.Single(issuer.State.Peers.All).Name);
            Assert.Equal([false, true], racers.Select(r => r.State.Identity.IsIssuer == (r != winner) && r == winner).Order());
        }
    }

    [Fact]
    public async Task Join_AnotherNodeAnswers_RefusedAndNothingSent()
    {
        TestNode issuer = NewNode("server-b");
        InviteToken token = issuer.State.CreateInvite();
        TestNode joiner = NewNode("server-a");

        await AssertRefusedAsync(NewNode("server-b"), joiner, token, "not the one the token is from");
        Assert.Single(issuer.State.Invites.Outstanding);
    }

    [Fact]
    public async Task Join_AnotherMemberOfTheAuthorityAnswers_Refused()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();

        await AssertRefusedAsync(member, NewNode("server-c"), issuer.State.CreateInvite(), "not the one the token is from");
    }

    [Theory]
    [InlineData("server-b")]
    [InlineData("SERVER-B")]
    public async Task Join_InvitersOwnName_RefusedAndInviteKept(string name)
    {
        TestNode issuer = NewNode("server-b");

        await AssertRefusedAsync(issuer, NewNode(name), issuer.State.CreateInvite(), "own name");
        Assert.Single(issuer.State.Invites.Outstanding);
    }

    [Fact]
    public async Task Join_NameOfAPeer_RefusedUntilThatIsRemoved()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        TestNode second = NewNode("server-a");
        InviteToken token = issuer.State.CreateInvite();

        await AssertRefusedAsync(issuer, second, token, "taken");
        issuer.State.Peers.Remove("server-a");
        await JoinAsync(issuer, second, token);

        Assert.Null(await TryLinkAsync(second, issuer, "server-b"));
        Assert.NotNull(await TryLinkAsync(member, issuer, "server-b"));
    }

    [Fact]
    public async Task Join_AnswerLost_SameNodeCanJoinAgain()
    {
        // The issuer enrolled it, but the answer never arrived: the member still is what it was.
        TestNode issuer = NewNode("server-b");
        TestNode member = NewNode("server-a");
        issuer.State.Peers.Enrol(new Peer("server-a", [], "01", member.State.Identity.KeyHash, Time.GetUtcNow()));
        await JoinAsync(issuer, member, issuer.State.CreateInvite());

        Assert.Null(await TryLinkAsync(member, issuer, "server-b"));
        Assert.Single(issuer.State.Peers.All);
    }

    [Fact]
    public async Task Join_NodeWithPeersOfItsOwn_OnlyWhenForced()
    {
        (TestNode first, TestNode member) = await EnrolledPairAsync();
        TestNode issuer = NewNode("server-z");
        InviteToken token = issuer.State.CreateInvite();
        await AssertRefusedAsync(issuer, first, token, "--force");
        Assert.Null(await TryLinkAsync(member, first, "server-b"));

        List<string> lost = [];
        first.State.Peers.Lost += p => lost.Add(p.Name);
        InviteToken orphaned = first.State.CreateInvite();
        await JoinAsync(issuer, first, token, force: true);

        Assert.Equal(["server-a"], lost);
        Assert.Equal("server-z", Assert.Single(first.State.Peers.All).Name);
        Assert.NotNull(await TryLinkAsync(member, first, "server-b"));
        Assert.NotNull(await TryLinkAsync(NodeTls.JoinOptions(orphaned, Time), first));
    }

    [Fact]
    public async Task CreateInvite_OnAMember_SaysWhereToAsk()
    {
        (_, TestNode member) = await EnrolledPairAsync();

        Assert.Contains("server-b", Assert.Throws<NodeStateException>(() => member.State.CreateInvite()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("own name")]
    [InlineData("other authority")]
    [InlineData("other key")]
    [InlineData("other certificate")]
    [InlineData("leaf as authority")]
    [InlineData("garbage")]
    [InlineData("wrong type")]
    [InlineData("end")]
    public async Task Join_AnswerThatDoesNotHold_RefusedAndNothingChanged(string fault)
    {
        TestNode issuer = NewNode("server-b");
        TestNode joiner = NewNode("server-a");
        InviteToken token = issuer.State.CreateInvite();
        Dictionary<string, string> before = Files(joiner);
        await using Wire wire = await Wire.OpenAsync();
        Task answering = AnswerAsync(issuer, wire.Server, fault);

        await Assert.ThrowsAsync<EnrolmentException>(() => joiner.Client.JoinAsync(wire.Client, token, "tcp://b:1", false, Timeout));
        await answering;
        Assert.Equal(before, Files(joiner));
        Assert.True(joiner.State.Identity.IsIssuer);
        Assert.Empty(joiner.State.Peers.All);
    }

    [Fact]
    public async Task Join_GoodAnswerByHand_Accepted()
    {
        TestNode issuer = NewNode("server-b");
        TestNode joiner = NewNode("server-a");
        await using Wire wire = await Wire.OpenAsync();
        Task answering = AnswerAsync(issuer, wire.Server, "none");

        Peer peer = await joiner.Client.JoinAsync(wire.Client, issuer.State.CreateInvite(), "tcp://b:1", false, Timeout);
        await answering;
        Assert.Equal("server-b", peer.Name);
    }

    [Fact]
    public async Task Join_InviterOfOurOwnName_RefusedByUsToo()
    {
        TestNode issuer = NewNode("server-a");
        TestNode joiner = NewNode("server-a");
        await using Wire wire = await Wire.OpenAsync();
        Task answering = AnswerAsync(issuer, wire.Server, "none");

        await Assert.ThrowsAsync<EnrolmentException>(
            () => joiner.Client.JoinAsync(wire.Client, issuer.State.CreateInvite(), "tcp://b:1", false, Timeout));
        await answering;
    }

    [Fact]
    public async Task Join_ServerSaysNothing_GivenUpAfterThirtySeconds()
    {
        TestNode joiner = NewNode("server-a");
        await using Wire wire = await Wire.OpenAsync();
        Task<Peer> joining = joiner.Client.JoinAsync(wire.Client, NewNode("server-b").State.CreateInvite(), "tcp://b:1", false, Timeout);
        Assert.False(joining.IsCompleted);
        Time.Advance(EnrolmentLimits.Timeout);

        EnrolmentException givenUp = await Assert.ThrowsAsync<EnrolmentException>(() => joining.WaitAsync(Timeout));
        Assert.Contains("did not answer", givenUp.Message, StringComparison.Ordinal);
    }

    /// <summary>An inviting node whose answer has one fault.</summary>
    private async Task AnswerAsync(TestNode issuer, Stream wire, string fault)
    {
        await using SslStream tls = new(wire);
        await tls.AuthenticateAsServerAsync(issuer.Tls.ServerOptions(), Timeout);
        EnrolmentChannel channel = new(tls, Pool, Account);
        NodeIdentity self = issuer.State.Identity;
        EnrolRequest request;
        using (EnrolmentFrame? frame = await channel.ReceiveAsync(Timeout))
        {
            System.Buffers.SequenceReader<byte> reader = new(frame!.Payload);
            Assert.True(EnrolRequest.TryRead(ref reader, out EnrolRequest? read));
            request = read!;
        }

        if (fault == "end")
        {
            return;
        }

        if (fault == "wrong type")
        {
            await channel.SendAsync(request, Timeout);
            return;
        }

        using ECDsa otherKey = NodeCertificates.NewKey();
        using X509Certificate2 otherAuthority = NodeCertificates.CreateAuthority(otherKey, "server-b", Time.GetUtcNow());
        Assert.True(NodeCertificates.TryReadSigningRequest(request.SigningRequest, out PublicKey? key));
        byte[] certificate = fault switch
        {
            "other key" => self.Issue(request.Name, new PublicKey(otherKey), Time.GetUtcNow()).RawData,
            "other certificate" => self.Issue("server-x", key, Time.GetUtcNow()).RawData,
            "other authority" => NodeCertificates.Issue(otherAuthority, request.Name, key, Time.GetUtcNow()).RawData,
            "garbage" => [0x30, 0x82, 0x01],
            _ => self.Issue(request.Name, key, Time.GetUtcNow()).RawData,
        };
        byte[] authority = fault switch
        {
            "other authority" => otherAuthority.RawData,
            "leaf as authority" => self.Certificate.RawData,
            _ => self.Authority.RawData,
        };
        string name = fault switch
        {
            "name" => "server-x",
            "own name" => request.Name,
            _ => self.Name,
        };
        await channel.SendAsync(new EnrolAnswer(name, certificate, authority, []), Timeout);
    }

    private async Task AssertRefusedAsync(TestNode issuer, TestNode joiner, InviteToken token, string because)
    {
        Dictionary<string, string> before = Files(joiner);
        EnrolmentException refused = await Assert.ThrowsAsync<EnrolmentException>(() => JoinAsync(issuer, joiner, token));

        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Files(joiner));
    }

    private static Dictionary<string, string> Files(TestNode node) => Directory.GetFiles(node.Path)
        .Where(f => Path.GetFileName(f) != "lock")
        .ToDictionary(f => f, File.ReadAllText);
}
