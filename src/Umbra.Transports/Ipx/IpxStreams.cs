using System.Numerics;
using Umbra.Transports.Reliable;

namespace Umbra.Transports.Ipx;

/// <summary>How the Reliable protocol is set for packets of an IPX socket.</summary>
internal static class IpxStreams
{
    /// <summary>Payloads of IPX packets that are tried where the network's longest packet is longer: what every network carries, then what most do, with the headers 576, 1024 and 1400 bytes.</summary>
    private static readonly int[] CommonPayloads = [546, 994, 1370];

    /// <summary>What is on its way may hold so many times the memory that what is read ahead may, at each side in each direction.</summary>
    private const int ReadBuffersPerWindow = 2;
    private const int LeastWindow = 16;

    /// <param name="maxPayload">Longest payload of the network's packets.</param>
    public static ReliableOptions OptionsFor(int maxPayload, TransportOptions options)
    {
        // A packet's buffer is a block of the pool, which come in powers of two.
        int block = (int)BitOperations.RoundUpToPowerOf2((uint)(maxPayload - FullFormat.Instance.Overhead));
        int window = Math.Clamp(ReadBuffersPerWindow * options.MaxReadBufferSize / block, LeastWindow, FullFormat.Instance.MaxWindow);
        return new ReliableOptions
        {
            PacketSizes = [.. CommonPayloads.Where(size => size < maxPayload), maxPayload],
            SendWindow = window,
            ReceiveWindow = window,
        };
    }
}
