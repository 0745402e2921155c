using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class PeerValidatorTests : NodeTest
{
    private readonly ECDsa _key = NodeCertificates.NewKey();
    private TestNode? _node;

    [Fact]
    public void ValidateClient_EnrolledPeer_IsThatPeer()
    {
        using X509Certificate2 certificate = Issue("server-a");
        PeerIdentity who = Validate(certificate);

        Assert.Equal(PeerKind.Peer, who.Kind);
        Assert.Equal("server-a", who.Peer?.Name);
        Assert.Null(who.Reason);
    }

    [Fact]
    public void ValidateClient_CertificateForAnotherNameWithTheSameKey_Refused()
    {
        using X509Certificate2 certificate = Issue("server-x");

        Assert.Contains("is not for server-a", Validate(certificate).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ValidateClient_EnrolledKeyUnderAnotherAuthority_Refused()
    {
        using ECDsa authorityKey = NodeCertificates.NewKey();
        using X509Certificate2 authority = NodeCertificates.CreateAuthority(authorityKey, "server-b", Time.GetUtcNow());
        using X509Certificate2 certificate = NodeCertificates.Issue(authority, "server-a", new PublicKey(_key), Time.GetUtcNow());

        Assert.Contains("does not hold", Validate(certificate).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ValidateClient_SelfSignedWithTheEnrolledKey_Refused()
    {
        CertificateRequest request = new("CN=server-a", _key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(Time.GetUtcNow().AddDays(-1), Time.GetUtcNow().AddDays(1));

        Assert.Contains("does not hold", Validate(certificate).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.3")]
    [InlineData(NodeCertificates.ServerUse)]
    [InlineData(null)]
    public void ValidateClient_WrongOrNoUse_Refused(string? use)
    {
        using X509Certificate2 certificate = IssueByHand(use);

        Assert.Contains("use", Validate(certificate).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ValidateClient_ByHandWithTheRightUse_Accepted()
    {
        using X509Certificate2 certificate = IssueByHand(NodeCertificates.ClientUse);

        Assert.Equal(PeerKind.Peer, Validate(certificate).Kind);
    }

    [Theory]
    [InlineData(370)]
    [InlineData(-1)]
    public void ValidateClient_OutsideItsDates_Refused(int days)
    {
        using X509Certificate2 certificate = Issue("server-a");
        Time.AdjustTime(Time.GetUtcNow().AddDays(days));

        Assert.Contains("NotTimeValid", Validate(certificate).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ValidateClient_TheNodesOwnCertificate_Refused() =>
        Assert.Contains("not enrolled", Validate(Node.State.Identity.Certificate).Reason, StringComparison.Ordinal);

    [Fact]
    public void ValidateClient_TheAuthorityItself_Refused() =>
        Assert.Contains("not enrolled", Validate(Node.State.Identity.Authority).Reason, StringComparison.Ordinal);

    [Fact]
    public void ValidateServer_None_Refused() =>
        Assert.Equal(PeerKind.Refused, new PeerValidator(Node.State).ValidateServer(null, "server-a").Kind);

    protected override void Dispose(bool disposing)
    {
        _key.Dispose();
        base.Dispose(disposing);
    }

    private TestNode Node => _node ??= Enrolled();

    private TestNode Enrolled()
    {
        TestNode node = NewNode("server-b");
        node.State.Peers.Enrol(new Peer("server-a", [], "01", NodeCertificates.KeyHash(new PublicKey(_key)), Time.GetUtcNow()));
        return node;
    }

    private PeerIdentity Validate(X509Certificate2 certificate) => new PeerValidator(Node.State).ValidateClient(certificate);

    private X509Certificate2 Issue(string name) => Node.State.Identity.Issue(name, new PublicKey(_key), Time.GetUtcNow());

    private X509Certificate2 IssueByHand(string? use)
    {
        using ECDsa authorityKey = ECDsa.Create();
        authorityKey.ImportFromPem(File.ReadAllText(Path.Combine(Node.Path, NodeIdentity.AuthorityKeyFile)));
        using X509Certificate2 authority = Node.State.Identity.Authority.CopyWithPrivateKey(authorityKey);
        CertificateRequest request = new("CN=server-a", _key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("server-a");
        request.CertificateExtensions.Add(names.Build());
        if (use is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        }

        return request.Create(authority, authority.NotBefore, Time.GetUtcNow().AddDays(1), [1, 2, 3]);
    }
}
