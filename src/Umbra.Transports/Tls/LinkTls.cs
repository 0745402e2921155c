using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
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

    /// <summary>Of TLS itself.</summary>
    private const int LargestRecord = 16 * 1024;

    /// <summary>Client side. The returned stream owns <paramref name="stream"/>, which is disposed where this fails.</summary>
    /// <param name="options">This node's certificate, and who the peer may be.</param>
    /// <param name="maxRecord"><see cref="TransportDriver.MaxTlsRecord"/> of what is below.</param>
    /// <exception cref="AuthenticationException">The peer is not accepted, or speaks no TLS 1.3.</exception>
    /// <exception cref="IOException">The wire failed.</exception>
    public static async Task<LinkTlsStream> ConnectAsync(
        Stream stream, SslClientAuthenticationOptions options, int maxRecord, CancellationToken cancellationToken)
    {
        LinkTlsStream tls = new(stream, maxRecord);
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
    /// <param name="options">This node's certificate, and who the peer may be.</param>
    public static ListenOptions UseLinkTls(this ListenOptions listen, TlsHandshakeCallbackOptions options)
    {
        // A raw endpoint speaks no HTTP; without this the server would offer HTTP in ALPN.
        listen.Protocols = HttpProtocols.None;
        listen.Use(next => connection => RunAsync(connection, next, output =>
        {
            WireWriter wire = new(output);
            connection.Features.Set(wire);
            return wire;
        }));
        listen.UseHttps(options);
        listen.Use(next => async connection =>
        {
            using RecordWriter? records = InRecords(connection);
            await RunAsync(connection, next, output => new TlsWriter(records ?? output, connection.Features.GetRequiredFeature<WireWriter>()));
        });
        return listen;
    }

    /// <summary>Who the peer of an accepted connection is; null where it runs without TLS. Belongs to the connection.</summary>
    public static X509Certificate2? PeerCertificate(this ConnectionContext connection) =>
        connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;

    private static RecordWriter? InRecords(ConnectionContext connection) => TransportDrivers.Of(connection.LocalEndPoint)?.MaxTlsRecord is { } max and < LargestRecord
        ? new RecordWriter(connection.Transport.Output, max, connection.Features.GetRequiredFeature<IMemoryPoolFeature>().MemoryPool)
        : null;

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, Func<PipeWriter, PipeWriter> wrap)
    {
        IDuplexPipe below = connection.Transport;
        connection.Transport = new DuplexPipe(below.Input, wrap(below.Output));
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = below;
        }
    }
}
