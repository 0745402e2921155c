using System.Buffers;
using Microsoft.Extensions.Logging;
using Umbra.Transports.Ipx;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Drivers;

/// <summary>What a driver is given to work with.</summary>
/// <param name="Memory">Under the driver's tag and account: for connections it makes, and for itself. Everything is returned when they end.</param>
/// <param name="Options">Bounds of each connection.</param>
/// <param name="Counters">To be told what the driver alone sees: retransmissions, and packets that are dropped.</param>
public sealed record DriverContext(MemoryPool<byte> Memory, TransportOptions Options, TimeProvider Time, DriverCounters Counters, ILoggerFactory Loggers)
{
    /// <summary>For drivers over Kestrel's sockets.</summary>
    internal SocketSettings Sockets { get; init; } = SocketSettings.None;

    /// <summary>For drivers over IPX, which share what the process has open.</summary>
    internal IpxNetworks Ipx { get; init; } = new(Memory, Time);
}
