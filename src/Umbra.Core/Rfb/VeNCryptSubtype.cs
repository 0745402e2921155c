namespace Umbra.Core.Rfb;

/// <summary>
/// What VeNCrypt protects the connection with (rfbproto, VeNCrypt). Spoken here: the X509 ones without names. The TLS* ones use anonymous
/// key exchange, which
/// .NET's TLS rightly does not offer.
/// </summary>
public enum VeNCryptSubtype
{
    Plain = 256,
    TlsNone = 257,
    TlsVnc = 258,
    TlsPlain = 259,
    X509None = 260,
    X509Vnc = 261,
    X509Plain = 262,
}
