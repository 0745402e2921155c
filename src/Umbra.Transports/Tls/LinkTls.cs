using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Umbra.Transports.Tls;

/// <summary>Mutual TLS 1.3 between nodes, over any transport.</summary>
public static class LinkTls
{
    /// <summary>For the handshake, both sides.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Client side. The returned stream owns <paramref name="stream"/>, which is disposed where this fails.</summary>
    /// <param name="own">This node's certificate with its key.</param>
    /// <param name="isPeerAccepted">Decides alone who the peer may be: names and chains mean nothing here otherwise.</param>
    /// <exception cref="AuthenticationException">The peer is not accepted, or speaks no TLS 1.3.</exception>
    /// <exception cref="IOException">The wire failed.</exception>
    public static Task<LinkTlsStream> ConnectAsync(
        Stream stream, X509Certificate2 own, RemoteCertificateValidationCallback isPeerAccepted, CancellationToken cancellationToken) =>
        ConnectAsync(stream, ClientOptions(own, isPeerAccepted), cancellationToken);

    public static async Task<LinkTlsStream> ConnectAsync(Stream stream, SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        LinkTlsStream tls = new(stream);
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(HandshakeTimeout);
        try
        {
            await tls.AuthenticateAsClientAsync(options, timeout.Token);
            return tls;
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"no TLS handshake within {HandshakeTimeout.TotalSeconds} s", e);
            }

            throw;
        }
    }

    /// <summary>
    /// Server side, for an endpoint of Kestrel: peers without an accepted certificate get no further. Goes before the connection handler.
    /// Who is there, the handler asks with <see cref="PeerCertificate"/>.
    /// </summary>
    public static ListenOptions UseLinkTls(this ListenOptions listen, X509Certificate2 own, Func<X509Certificate2, bool> isPeerAccepted)
    {
        // A raw endpoint speaks no HTTP; without this the server would offer HTTP in ALPN.
        listen.Protocols = HttpProtocols.None;
        return listen.UseHttps(https =>
        {
            https.ServerCertificate = own;
            https.SslProtocols = SslProtocols.Tls13;
            https.HandshakeTimeout = HandshakeTimeout;
            https.CheckCertificateRevocation = false;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => isPeerAccepted(certificate);
        });
    }

    /// <summary>Who the peer of an accepted connection is; null where it runs without TLS. Belongs to the connection.</summary>
    public static X509Certificate2? PeerCertificate(this ConnectionContext connection) => connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;

    private static SslClientAuthenticationOptions ClientOptions(X509Certificate2 own, RemoteCertificateValidationCallback isPeerAccepted) => new()
    {
        // Always sent, whatever authorities the server names.
        ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = isPeerAccepted,
    };
}
