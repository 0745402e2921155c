using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Umbra.Transports.Tls;

/// <summary>
/// The client's side of mutual TLS 1.3. An end before the first byte is reported as <see cref="CertificateRefusedException"/>: in the link
/// protocol
/// both sides speak at once, so nobody else ends it there.
/// </summary>
public sealed class LinkTlsStream : SslStream
{
    private readonly int _maxRecord;
    private bool _hasHeard;
    private volatile bool _isDisposed;

    /// <param name="maxRecord">Plaintext bytes in one record.</param>
    internal LinkTlsStream(Stream inner, int maxRecord)
        : base(inner, leaveInnerStreamOpen: false) => _maxRecord = maxRecord;

    /// <summary>Who the peer is: the certificate the validation callback accepted. Belongs to the stream.</summary>
    public X509Certificate2 PeerCertificate => (X509Certificate2)RemoteCertificate!;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_hasHeard)
        {
            return await base.ReadAsync(buffer, cancellationToken);
        }

        try
        {
            int count = await base.ReadAsync(buffer, cancellationToken);
            if (count == 0 && buffer.Length > 0)
            {
                throw new CertificateRefusedException();
            }

            _hasHeard |= count > 0;
            return count;
        }
        catch (Exception e) when (!_isDisposed && (e is AuthenticationException or (IOException and not CertificateRefusedException)))
        {
            throw new CertificateRefusedException(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (; buffer.Length > _maxRecord; buffer = buffer[_maxRecord..])
        {
            await base.WriteAsync(buffer[.._maxRecord], cancellationToken);
        }

        await base.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        // What a read then throws is our own doing, not the peer's.
        _isDisposed = true;
        base.Dispose(disposing);
    }
}
