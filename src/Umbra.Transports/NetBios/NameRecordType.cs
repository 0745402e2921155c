namespace Umbra.Transports.NetBios;

/// <summary>What is asked of a name (RFC 1002 section 4.2.1.3).</summary>
internal enum NameRecordType : ushort
{
    /// <summary>Its addresses (NB).</summary>
    Address = 0x20,

    /// <summary>All names of who has it (NBSTAT).</summary>
    Status = 0x21,
}
