namespace Umbra.Transports.NetBios;

/// <summary>What a packet of the name service is about (its opcode, RFC 1002 section 4.2.1.1).</summary>
internal enum NameOperation
{
    Query = 0,
    Registration = 5,
    Release = 6,
}
