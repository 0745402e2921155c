namespace Umbra.Transports.Packets;

/// <summary>Packets that came together: each connection is pumped once for all of its own that follow one another. For the loop that receives.</summary>
internal sealed class PacketBatch
{
    private PacketCarrier? _last;

    public void Receive(PacketCarrier carrier, ReadOnlySpan<byte> packet)
    {
        if (_last != carrier)
        {
            ReceivedAll();
        }

        _last = carrier;
        carrier.Receive(packet);
    }

    /// <summary>No more come with those before.</summary>
    public void ReceivedAll()
    {
        _last?.Pump();
        _last = null;
    }
}
