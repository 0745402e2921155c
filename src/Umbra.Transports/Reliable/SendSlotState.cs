namespace Umbra.Transports.Reliable;

/// <summary>What is known of a packet.</summary>
internal enum SendSlotState : byte
{
    Unsent,
    InFlight,
    Lost,
    Acknowledged,
}
