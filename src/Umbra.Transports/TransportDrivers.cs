using System.Net;
using Umbra.Transports.Ipx;
using Umbra.Transports.Memory;
using Umbra.Transports.NetBios;
using Umbra.Transports.Pipes;
using Umbra.Transports.Serial;
using Umbra.Transports.Spx;
using Umbra.Transports.Tcp;

namespace Umbra.Transports;

/// <summary>All drivers of this build.</summary>
public static class TransportDrivers
{
    public static TransportDriver Tcp { get; } = new TcpDriver();

    public static TransportDriver Pipe { get; } = new PipeDriver();

    public static TransportDriver Serial { get; } = new SerialDriver();

    public static TransportDriver Ipx { get; } = new IpxDriver();

    public static TransportDriver Spx { get; } = new SpxDriver();

    public static TransportDriver NetBios { get; } = new NetBiosDriver();

    public static TransportDriver Memory { get; } = new MemoryDriver();

    public static IReadOnlyList<TransportDriver> All { get; } =
    [
        Tcp,
        Pipe,
        Serial,
        Ipx,
        Spx,
        NetBios,
        Memory,
    ];

    /// <summary>The forms of addresses this build can use, for people; not those of internal drivers.</summary>
    public static string Forms => string.Join(" or ", All.Where(d => !d.IsInternal).Select(d => d.AddressForm));

    /// <summary>Whose end point this is; null where it is no driver's.</summary>
    public static TransportDriver? Of(EndPoint? endPoint) => endPoint is null ? null : All.FirstOrDefault(d => d.Owns(endPoint));

    /// <param name="name">"Tdtcp" or "tcp", in any case.</param>
    public static TransportDriver? Find(string name) => All.FirstOrDefault(d =>
        d.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || d.Scheme.Equals(name, StringComparison.OrdinalIgnoreCase));
}
