namespace Umbra.Transports.NetBios;

/// <summary>Why a session is refused (RFC 1002 section 4.3.4).</summary>
internal enum SessionRefusal : byte
{
    NotListeningOnCalledName = 0x80,
    NotListeningForCallingName = 0x81,
    CalledNameNotPresent = 0x82,
    InsufficientResources = 0x83,
    Unspecified = 0x8F,
}
