using System.IO.Ports;

namespace Umbra.Transports.Serial;

/// <summary>How a line is run. Both ends must agree on all of it.</summary>
internal sealed record SerialSettings
{
    public const int MinBaud = 1200;
    public const int MaxBaud = 4_000_000;

    /// <summary>Bits per second on the wire.</summary>
    public int Baud { get; init; } = 115_200;

    public Parity Parity { get; init; } = Parity.None;

    public StopBits StopBits { get; init; } = StopBits.One;

    public FlowControl Flow { get; init; } = FlowControl.None;

    /// <summary>XON and XOFF are never sent as data, and ignored where they come, so that a device on the way may use them for itself.</summary>
    public bool EscapesFlowControl { get; init; } = true;

    /// <summary>No more is written than the line carries. False: the device goes at a speed of its own, as that of a virtual machine or a USB gadget.</summary>
    public bool IsPaced { get; init; } = true;

    /// <summary>What the wire carries of our bytes, each with its start, parity and stop bits.</summary>
    public int BytesPerSecond => Baud / (9 + (Parity == Parity.None ? 0 : 1) + (StopBits == StopBits.One ? 1 : 2));
}
