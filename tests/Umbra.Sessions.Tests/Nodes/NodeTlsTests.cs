using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class NodeTlsTests : NodeTest
{
    [Fact]
    public async Task Options_EnrolledPair_LinksBothWays()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();

        Assert.Null(await TryLinkAsync(member, issuer, "server-b"));
        Assert.Null(await TryLinkAsync(issuer, member, "server-a"));
    }

    [Fact]
    public async Task Options_AfterRestartOfBoth_StillLink()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        issuer.Restart();
        member.Restart();

        Assert.Null(await TryLinkAsync(member, issuer, "server-b"));
        Assert.Null(await TryLinkAsync(issuer, member, "server-a"));
    }

    [Fact]
    public async Task ServerOptions_Strangers_AllSeeTheSameNothing()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        TestNode other = NewNode("server-a");
        InviteToken expired = issuer.State.CreateInvite(TimeSpan.FromMinutes(1));
        Time.Advance(TimeSpan.FromMinutes(1));
        using ECDsa key = NodeCertificates.NewKey();
        using X509Certificate2 issued = issuer.State.Identity.Issue("server-a", new PublicKey(key), Time.GetUtcNow());
        using X509Certificate2 unlisted = NodeCertificates.Join(issued, key);
        using X509Certificate2 selfSigned = SelfSigned(key, "CN=server-a");

        Assert.Equal(Nothing, await TryLinkAsync(Stranger(null), issuer));
        Assert.Equal(Nothing, await TryLinkAsync(Stranger(selfSigned), issuer));
        Assert.Equal(Nothing, await TryLinkAsync(Stranger(other.State.Identity.Certificate), issuer));
        Assert.Equal(Nothing, await TryLinkAsync(Stranger(unlisted), issuer));
        Assert.Equal(Nothing, await TryLinkAsync(NodeTls.JoinOptions(expired, Time), issuer));
        issuer.State.Peers.Remove("server-a");
        Assert.Equal(Nothing, await TryLinkAsync(member, issuer, "server-b"));
        Assert.Equal(6, issuer.Log.Lines.Count);
        Assert.Contains("showed no certificate", issuer.Log.Lines.First(), StringComparison.Ordinal);
        Assert.Contains("is not enrolled here", issuer.Log.Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerOptions_Tls12_Refused()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        SslClientAuthenticationOptions old = member.Tls.ClientOptions("server-b");
#pragma warning disable CA5398 // An old client is what is tested.
        old.EnabledSslProtocols = SslProtocols.Tls12;
#pragma warning restore CA5398

        Assert.NotNull(await TryLinkAsync(old, issuer));
    }

    [Fact]
    public async Task ServerOptions_RemovedThenEnrolledAgain_Links()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        issuer.State.Peers.Remove("server-a");
        await JoinAsync(issuer, member, issuer.State.CreateInvite());

        Assert.Null(await TryLinkAsync(member, issuer, "server-b"));
    }

    [Fact]
    public async Task ServerOptions_RemovedPeer_Refused()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        List<string> lost = [];
        issuer.State.Peers.Lost += p => lost.Add(p.Name);
        Assert.True(issuer.State.Peers.Remove("server-a"));

        Assert.Equal(Nothing, await TryLinkAsync(member, issuer, "server-b"));
        Assert.Equal(["server-a"], lost);
    }

    [Fact]
    public async Task ServerOptions_ExpiredPeer_RefusedUntilItJoinsAgain()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        Time.Advance(TimeSpan.FromDays(370));
        issuer.Restart();

        Assert.Equal(Nothing, await TryLinkAsync(member, issuer, "server-b"));
        Assert.Contains("NotTimeValid", issuer.Log.Last, StringComparison.Ordinal);

        await JoinAsync(issuer, member, issuer.State.CreateInvite());
        Assert.Null(await TryLinkAsync(member, issuer, "server-b"));
    }

    [Fact]
    public async Task ClientOptions_IssuerRenewedItself_MemberNoticesNothing()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        string before = issuer.State.Identity.Certificate.SerialNumber;
        Time.Advance(TimeSpan.FromDays(300));
        issuer.Restart();

        Assert.NotEqual(before, issuer.State.Identity.Certificate.SerialNumber);
        Assert.Null(await TryLinkAsync(member, issuer, "server-b"));
    }

    [Fact]
    public async Task ClientOptions_AnotherEnrolledNodeAnswers_Refused()
    {
        (TestNode issuer, _) = await EnrolledPairAsync();
        TestNode third = NewNode("server-c");
        await JoinAsync(issuer, third, issuer.State.CreateInvite());

        // The issuer wants server-a, but server-c, enrolled as well, sits at its address.
        string? seen = await TryLinkAsync(issuer, third, "server-a");

        Assert.Contains(nameof(AuthenticationException), seen, StringComparison.Ordinal);
        Assert.Contains("it is server-c, not server-a", issuer.Log.Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerOptions_SiblingUnderTheSameAuthority_Refused()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        TestNode third = NewNode("server-c");
        await JoinAsync(issuer, third, issuer.State.CreateInvite());

        Assert.Equal(Nothing, await TryLinkAsync(Stranger(third.State.Identity.Certificate), member));
        Assert.Contains("is not enrolled here", member.Log.Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientOptions_StrangerAnswers_Refused()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        TestNode impostor = NewNode("server-b");

        Assert.Contains(nameof(AuthenticationException), await TryLinkAsync(member, impostor, "server-b"), StringComparison.Ordinal);
        Assert.Null(await TryLinkAsync(member, issuer, "server-b"));
    }

    [Fact]
    public async Task ServerOptions_CertificateNamingAnIssuerUrl_NothingIsFetched()
    {
        (TestNode issuer, _) = await EnrolledPairAsync();
        using TcpListener bait = new(IPAddress.Loopback, 0);
        bait.Start();
        using ECDsa key = NodeCertificates.NewKey();
        CertificateRequest request = new("CN=server-a", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [$"http://{bait.LocalEndpoint}/ca.crt"]));
        using ECDsa unknownKey = NodeCertificates.NewKey();
        using X509Certificate2 unknown = NodeCertificates.CreateAuthority(unknownKey, "nobody", Time.GetUtcNow());
        using X509Certificate2 leaf = NodeCertificates.Join(request.Create(unknown, unknown.NotBefore, unknown.NotAfter, [1, 2, 3]), key);

        Assert.Equal(Nothing, await TryLinkAsync(Stranger(leaf), issuer));
        Assert.False(bait.Pending());
    }

    internal static SslClientAuthenticationOptions Stranger(X509Certificate2? certificate) => new()
    {
        TargetHost = "",
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
    };

    private X509Certificate2 SelfSigned(ECDsa key, string subject) => new CertificateRequest(subject, key, HashAlgorithmName.SHA256)
        .CreateSelfSigned(Time.GetUtcNow().AddDays(-1), Time.GetUtcNow().AddDays(1));
}
