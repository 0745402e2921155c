using System.Globalization;
using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;
using Umbra.Transports.Http;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Tcp;

/// <summary>Tdtcp: TCP over IPv4 and IPv6.</summary>
internal sealed class TcpDriver : TransportDriver
{
    public override string Name => "Tdtcp";

    public override string Scheme => "tcp";

    public override string AddressForm => "tcp://HOST:PORT";

    public override string Medium => "TCP";

    public override BufferTag Tag => BufferTag.TdTcp;

    public static TransportAddress Address(string host, int port) => new(
        TransportDrivers.Tcp, host, port,
        IPAddress.TryParse(host, out IPAddress? ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port),
        $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");

    public override bool Owns(EndPoint endPoint) => endPoint is IPEndPoint and not HttpEndPoint;

    public override string TextOf(EndPoint endPoint) => $"{Scheme}://{endPoint}";

    public override string? Read(string rest, out TransportAddress? address)
    {
        address = null;
        int colon = rest.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return "no port from 0 to 65535";
        }

        string host = rest[..colon];
        if (host.StartsWith('[') && host.EndsWith(']') && Uri.CheckHostName(host[1..^1]) == UriHostNameType.IPv6)
        {
            host = host[1..^1];
        }
        else if (Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
        {
            return $"'{host}' is not a host name, an IPv4 address or an IPv6 address in brackets";
        }

        address = Address(host.ToLowerInvariant(), port);
        return null;
    }

    /// <summary>An address of this machine, so of host names only "localhost" will do.</summary>
    public override EndPoint ToListenEndPoint(TransportAddress address) =>
        address.EndPoint is DnsEndPoint dns ? new IPEndPoint(IPAddress.Loopback, dns.Port) : address.EndPoint;

    public override string? WhyNotListen(TransportAddress address) => address.EndPoint is DnsEndPoint { Host: not "localhost" }
        ? $"'{address}': a node listens on an IP address of its machine, and this is a host name; expected one as in tcp://0.0.0.0:{address.Port}"
        : null;

    public override string? WhyNotConnect(TransportAddress address) => address switch
    {
        { IsWildcard: true } => $"'{address}': that is every address of a machine, to listen on; expected one to connect to, as in tcp://server-b:{address.Port}",
        { Port: 0 } => $"'{address}': nobody listens on port 0; expected {AddressForm}",
        _ => null,
    };

    public override ITransport Open(DriverContext context) => new SocketTransport(context, new TcpConnector(context.Options));
}
