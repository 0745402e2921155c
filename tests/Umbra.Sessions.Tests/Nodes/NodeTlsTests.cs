using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class NodeTlsTests : NodeTest
{
    [Fact]
    public async Task ServerOptions_Strangers_AllSeeTheSame()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        TestNode other = NewNode("server-a");
        InviteToken expired = issuer.State.CreateInvite(TimeSpan.FromMinutes(1));
        Time.Advance(TimeSpan.FromMinutes(2));
        using ECDsa key = NodeCertificates.NewKey();
        using X509Certificate2 unlisted = NodeCertificates.Join(issuer.State.Identity.Issue("server-a", new PublicKey(key), Time.GetUtcNow()), key);
        using X509Certificate2 selfSigned = new CertificateRequest("CN=server-a", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(Time.GetUtcNow().AddDays(-1), Time.GetUtcNow().AddDays(1));

        List<string?> seen =
        [
            await TryLinkAsync(Stranger(null), issuer),
            await TryLinkAsync(Stranger(selfSigned), issuer),
            await TryLinkAsync(Stranger(other.State.Identity.Certificate), issuer),
            await TryLinkAsync(Stranger(unlisted), issuer),
            await TryLinkAsync(NodeTls.JoinOptions(expired, Time), issuer),
        ];
        issuer.State.Peers.Revoke("server-a", Time.GetUtcNow());
        seen.Add(await TryLinkAsync(member, issuer, "server-b"));

        Assert.Fail(string.Join("\n", seen) + "\n" + string.Join("\n", issuer.Log.Lines));
    }

    private static SslClientAuthenticationOptions Stranger(X509Certificate2? certificate) => new()
    {
        TargetHost = "",
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
    };
}
