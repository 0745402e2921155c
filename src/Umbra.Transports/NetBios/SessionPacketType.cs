namespace Umbra.Transports.NetBios;

/// <summary>The first byte of what goes over a session's connection (RFC 1002 section 4.3.1).</summary>
internal enum SessionPacketType : byte
{
    Message = 0x00,
    Request = 0x81,
    PositiveResponse = 0x82,
    NegativeResponse = 0x83,
    Retarget = 0x84,
    KeepAlive = 0x85,
}
