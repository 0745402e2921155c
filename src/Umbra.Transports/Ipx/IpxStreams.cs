using Umbra.Transports.Reliable;

namespace Umbra.Transports.Ipx;

/// <summary>How the Reliable protocol is set for packets of an IPX socket.</summary>
internal static class IpxStreams
{
    /// <summary>Payloads of IPX packets that are tried where the network's longest packet is longer: what every network carries, then what most do, with the headers 576, 1024 and 1400 bytes.</summary>
    private static readonly int[] CommonPayloads = [546, 994, 1370];

    /// <summary>Each side of a connection holds at most so much of what is on its way, in each direction, as it may of what is read ahead.</summary>
    private const int WindowsPerReadBuffer = 2;
    private const int LeastWindow = 16;

    /// <param name="maxPayload">Longest payload of the network's packets.</param>
    public static ReliableOptions OptionsFor(int maxPayload, TransportOptions options)
    {
        int window = Math.Clamp(WindowsPerReadBuffer * options.MaxReadBufferSize / maxPayload, LeastWindow, FullFormat.Instance.MaxWindow);
        return new ReliableOptions
        {
            PacketSizes = [.. CommonPayloads.Where(size => size < maxPayload), maxPayload],
            SendWindow = window,
            ReceiveWindow = window,
        };
    }
}
