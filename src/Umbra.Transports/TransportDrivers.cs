using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;
using Umbra.Transports.Memory;

namespace Umbra.Transports;

/// <summary>All drivers there are names for, and which of them this build has.</summary>
public static class TransportDrivers
{
    public static TransportDriver Tcp { get; } = new("Tdtcp", "tcp", "tcp://HOST:PORT", "TCP", BufferTag.TdTcp);

    public static TransportDriver Pipe { get; } = new("Tdpipe", "pipe", "pipe:///PATH", "Unix socket, on Windows named pipe",
        BufferTag.TdPipe);

    public static TransportDriver Memory { get; } = new("Tdmemory", "memory", "memory://NAME", "this process, for tests",
        BufferTag.TdMemory);

    /// <summary>Those that are here first.</summary>
    public static IReadOnlyList<TransportDriver> All { get; } =
    [
        Tcp,
        Pipe,
        Memory,
        new("Tdasync", "async", "async:///dev/TTY?baud=RATE", "serial line", null),
        new("Tdipx", "ipx", "ipx://NET.NODE:SOCKET", "IPX", null),
        new("Tdspx", "spx", "spx://NET.NODE:SOCKET", "SPX", null),
        new("Tdnetb", "netb", "netb://NAME", "NetBIOS", null),
    ];

    /// <summary>Whose end point this is; null where it is no driver's.</summary>
    public static TransportDriver? Of(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint => Tcp,
        UnixDomainSocketEndPoint or NamedPipeEndPoint => Pipe,
        MemoryEndPoint => Memory,
        _ => null,
    };

    /// <summary>The forms of addresses this build can use, for people; not that of the driver for tests.</summary>
    public static string FormsHere => string.Join(" or ", All.Where(d => d.IsHere && d != Memory).Select(d => d.AddressForm));
}
