using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// TLS between nodes: 1.3 only, both sides show a certificate, decided by <see cref="PeerValidator"/> inside the handshake; no resumption,
/// so that a removed peer meets the list each time; nothing is fetched from the network. A stranger is stopped before a byte of his is read
/// above TLS.
/// </summary>
public sealed class NodeTls(NodeState state, ILogger<NodeTls> log)
{
    private readonly PeerValidator _validator = new(state);
    private Presented? _presented;

    /// <summary>For the listening side. Follows the node when it joins another.</summary>
    public SslServerAuthenticationOptions ServerOptions() => new()
    {
        ServerCertificateContext = Present(),
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NodeCertificates.ChainPolicy(state.Identity.Authority),
        AllowTlsResume = false,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback =
            (_, shown, _, _) => Admit(_validator.ValidateClient(shown as X509Certificate2), "connecting"),
    };

    /// <summary>
    /// The same for Kestrel: <c>listen.UseHttps(tls.KestrelOptions())</c>. Then <see cref="IdentifyClient"/> says who it is.
    /// </summary>
    public TlsHandshakeCallbackOptions KestrelOptions() => new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(10),
        OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(ServerOptions()),
    };

    /// <summary>For connecting to the enrolled peer of this name, and nobody else. The name is not sent in the clear.</summary>
    /// <param name="peerName">Null: to whichever enrolled peer answers.</param>
    public SslClientAuthenticationOptions ClientOptions(string? peerName) => new()
    {
        TargetHost = "",
        ClientCertificateContext = Present(),
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NodeCertificates.ChainPolicy(state.Identity.Authority),
        AllowTlsResume = false,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback =
            (_, shown, _, _) => Admit(_validator.ValidateServer(shown as X509Certificate2, peerName), $"answering for {peerName ?? "a peer"}"),
    };

    /// <summary>
    /// For joining: shows the token's key, and accepts only the key the token names. The new node has no authority in common with the
    /// inviter yet, so no chain is looked at.
    /// </summary>
    public static SslClientAuthenticationOptions JoinOptions(InviteToken token, TimeProvider time) => new()
    {
        TargetHost = "",
        ClientCertificateContext = SslStreamCertificateContext.Create(token.CreateCertificate(time), null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
        AllowTlsResume = false,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate is X509Certificate2 shown && NodeCertificates.KeyHash(shown) == token.InviterKeyHash,
    };

    /// <summary>
    /// Who a connection's client is, by the certificate it showed. Ask once more when a link opens: it may have been removed since.
    /// </summary>
    public PeerIdentity IdentifyClient(X509Certificate2? certificate) => _validator.ValidateClient(certificate);

    private bool Admit(PeerIdentity identity, string doing)
    {
        if (identity.Kind != PeerKind.Refused)
        {
            return true;
        }

        log.LogInformation("refused a node {Doing}: {Reason}", doing, identity.Reason);
        return false;
    }

    private SslStreamCertificateContext Present()
    {
        NodeIdentity identity = state.Identity;
        if (_presented is not { } presented || presented.Identity != identity)
        {
            presented = new Presented(identity, SslStreamCertificateContext.Create(identity.Certificate, null, offline: true));
            _presented = presented;
        }

        return presented.Context;
    }

    private sealed record Presented(NodeIdentity Identity, SslStreamCertificateContext Context);
}
