using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.NetBios;

/// <summary>Tdnetb: NetBIOS sessions over TCP, found by name (RFC 1001, RFC 1002).</summary>
internal sealed class NetBiosDriver : TransportDriver
{
    private static readonly string[] Options = ["host", "port", "names", "broadcast", "listen"];

    public override string Name => "Tdnetb";

    public override string Scheme => "netb";

    public override string AddressForm => "netb://NAME";

    public override string Medium => "NetBIOS over TCP";

    public override BufferTag Tag => BufferTag.TdNetb;

    public static TransportAddress Address(NetBiosEndPoint endPoint) => new(TransportDrivers.NetBios, endPoint.Name.ToString(), endPoint.Port, endPoint, endPoint.Text);

    public override bool Owns(EndPoint endPoint) => endPoint is NetBiosEndPoint;

    public override string? Read(string rest, out TransportAddress? address)
    {
        address = null;
        string? error = AddressQuery.Read(rest, Options, out string main, out AddressQuery query);
        if (error is not null || !NetBiosName.TryParse(main, out NetBiosName name, out error))
        {
            return error;
        }

        int sessions = Ports.Sessions;
        int names = Ports.Names;
        IPAddress? broadcast = null;
        IPAddress? listen = null;
        bool isNameless = query["names"] == "off";
        error = query switch
        {
            _ when query["host"] is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown => $"'{host}' is no host name and no address",
            _ when query["port"] is { } port && !TryReadPort(port, out sessions) => "no port from 0 to 65535",
            _ when query["names"] is { } port && !isNameless && (!TryReadPort(port, out names) || names == 0) => "names are off, or at a port from 1 to 65535",
            _ when query["broadcast"] is { } to && !TryReadAddress(to, out broadcast) => $"'{to}' is no IPv4 address",
            _ when query["listen"] is { } at && !TryReadAddress(at, out listen) => $"'{at}' is no IPv4 address",
            _ => null,
        };
        if (error is null)
        {
            address = Address(new NetBiosEndPoint
            {
                Name = name,
                Host = query["host"]?.ToLowerInvariant(),
                Port = sessions,
                NamesPort = isNameless ? null : names,
                Broadcast = broadcast,
                Listen = listen ?? IPAddress.Loopback,
            });
        }

        return error;
    }

    public override string? WhyNotListen(TransportAddress address) => address.EndPoint is NetBiosEndPoint { NamesPort: not null } endPoint && endPoint.Listen.Equals(IPAddress.Any)
        ? $"'{address}': a name is had at one address, and this is every one; expected one as in netb://{endPoint.Name.Text}?listen=192.0.2.1, or names=off"
        : null;

    public override string? WhyNotConnect(TransportAddress address) => (NetBiosEndPoint)address.EndPoint switch
    {
        { Port: 0 } => $"'{address}': nobody listens on port 0; expected {AddressForm}",
        { Host: null, NamesPort: null } => $"'{address}': without names nobody can be found; expected {address}&host=HOST",
        _ => null,
    };

    /// <summary>By name; where there are none, at the address.</summary>
    public override TransportAddress? ToReachable(TransportAddress listening)
    {
        NetBiosEndPoint own = (NetBiosEndPoint)listening.EndPoint;
        bool isNameless = own.NamesPort is null;
        return own.Port == 0 || (isNameless && own.Listen.Equals(IPAddress.Any))
            ? null
            : Address(new NetBiosEndPoint { Name = own.Name, Port = own.Port, NamesPort = own.NamesPort, Broadcast = own.Broadcast, Host = isNameless ? own.Listen.ToString() : null });
    }

    public override ITransport Open(DriverContext context) => new NetBiosTransport(context);

    private static bool TryReadPort(string text, out int port)
    {
        bool isPort = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number);
        port = number;
        return isPort;
    }

    /// <summary>Four numbers, and not the shorter forms that are read by others.</summary>
    private static bool TryReadAddress(string text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;
}
