using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Umbra.Transports.Tests.Contract;

/// <summary>TLS as nodes use it, with a peer rule the test chooses.</summary>
internal static class TestTls
{
    public static SslClientAuthenticationOptions Client(X509Certificate2 own, Func<X509Certificate2, bool> isPeerAccepted) => new()
    {
        ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, peer, _, _) => peer is X509Certificate2 shown && isPeerAccepted(shown),
    };

    public static TlsHandshakeCallbackOptions Server(X509Certificate2 own, Func<X509Certificate2, bool> isPeerAccepted) => new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(10),
        OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(new SslServerAuthenticationOptions
        {
            ServerCertificate = own,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, peer, _, _) => peer is X509Certificate2 shown && isPeerAccepted(shown),
        }),
    };
}
