namespace Umbra.Core.Rfb;

/// <summary>How the client proves who it is (RFC 6143, 7.2, and rfbproto). Only the named ones are spoken here.</summary>
public enum SecurityType : byte
{
    /// <summary>Not a type: the connection is refused, a reason follows.</summary>
    Invalid = 0,
    None = 1,
    VncAuth = 2,
    VeNCrypt = 19,
}
