namespace Umbra.Transports.Serial;

/// <summary>How one end of a line tells the other to wait.</summary>
internal enum FlowControl
{
    None,

    /// <summary>Hardware: the modem lines RTS and CTS.</summary>
    Rts,

    /// <summary>Software: the bytes XON and XOFF.</summary>
    Xon,
}
