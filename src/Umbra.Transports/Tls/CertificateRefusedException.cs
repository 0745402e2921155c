namespace Umbra.Transports.Tls;

/// <summary>
/// The peer ended the connection before it said anything: it does not accept our certificate. With TLS 1.3 the client's handshake is over
/// before the
/// server has looked at the client's certificate, so this shows on the first read.
/// </summary>
public sealed class CertificateRefusedException(Exception? inner = null)
    : IOException("certificate refused: the other side closed the connection right after the TLS handshake; "
        + "most likely it does not accept this node's certificate", inner);
