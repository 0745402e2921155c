namespace Umbra.Transports.Spx;

/// <summary>The first byte of a packet. The lower half is SPX II's, and ignored.</summary>
[Flags]
internal enum SpxControl : byte
{
    None = 0,
    EndOfMessage = 0x10,
    AckRequired = 0x40,

    /// <summary>Has no place in the sequence: connecting, acknowledging, asking whether the peer is there.</summary>
    System = 0x80,
}
