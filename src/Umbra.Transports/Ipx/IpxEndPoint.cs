using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Umbra.Transports.Ipx;

/// <summary>
/// What an address of a driver over IPX says: a station's socket or a service's name, and how the network is reached. Two that are written the same are equal.
/// </summary>
/// <param name="text">As it is written.</param>
internal sealed class IpxEndPoint(TransportDriver driver, IpxAddress address, string? service, IpxOptions options, string text) : EndPoint
{
    /// <summary>A placeholder: numbers were given out by Novell, and this one is not known to be anybody's.</summary>
    public const ushort DefaultServiceType = 0x083D;

    private const int MaxName = 47;
    private static readonly string[] OptionNames = ["port", "from", "net", "hub", "peers", "broadcast", "mtu", "verify", "sap"];

    public TransportDriver Driver => driver;

    /// <summary>Node 0: this one, to listen on. Of a service only the socket counts, to listen on.</summary>
    public IpxAddress Address => address;

    /// <summary>What the service is called in SAP; null: it is reached by its address.</summary>
    public string? Service => service;

    /// <summary>In SAP.</summary>
    public ushort ServiceType { get; private init; } = DefaultServiceType;

    public IpxOptions Options => options;

    /// <summary>The node whose packets are meant; 0: whichever it is, also where a name says who.</summary>
    public IpxNode Node => service is null ? address.Node : default;

    /// <summary>With which this machine listens: from the address that the node's number says, or one that it has.</summary>
    public IpxOptions ListenOptions => options with
    {
        From = options.From ?? (Node.TryGetIp(out uint ip) ? new UdpPeer(ip, 0).ToEndPoint().Address : IpxLocal.Find(options, default)),
    };

    /// <summary>Reads <c>NET.NODE:SOCKET</c> or, where that is allowed, a name; and options.</summary>
    /// <returns>Null where it was read; else what is wrong.</returns>
    public static string? Read(TransportDriver driver, string rest, bool hasNames, out TransportAddress? address)
    {
        address = null;
        if (AddressQuery.Read(rest, OptionNames, out string main, out AddressQuery query) is { } wrong)
        {
            return wrong;
        }

        string? service = null;
        if (!IpxAddress.TryParse(main, IpxSockets.Default, out IpxAddress station))
        {
            if (!hasNames || !IsServiceName(main))
            {
                return $"'{main}' is not NET.NODE:SOCKET in hexadecimal digits{(hasNames ? $", or a name of up to {MaxName} letters and digits" : "")}";
            }

            service = main.ToUpperInvariant();
            station = new IpxAddress(0, default, IpxSockets.Default);
        }

        if (ReadOptions(query, station, out IpxOptions options, out ushort type) is { } badOption)
        {
            return badOption;
        }

        string text = (service ?? station.ToString()) + query.Write(OptionNames);
        IpxEndPoint endPoint = new(driver, station, service, options, text) { ServiceType = type };
        address = new TransportAddress(driver, service ?? station.ToString(), station.Socket, endPoint, text);
        return null;
    }

    /// <summary>What others connect to: without what is this machine's own affair. Null where nobody can know the node's number.</summary>
    public TransportAddress? ToReachable()
    {
        AddressQuery.Read(text, OptionNames, out _, out AddressQuery query);
        IpxAddress station = address.Node.Value == 0 && options is { From: { } from, Hub: null } ? address with { Node = IpxNode.OfIp(BinaryPrimitives.ReadUInt32BigEndian(from.GetAddressBytes())) } : address;
        string rest = (service ?? station.ToString()) + query.Write([.. OptionNames.Except(["from", "peers"])]);
        return service is null && (station.Node.Value == 0 || station.Socket == 0) ? null : TransportAddress.Parse($"{driver.Scheme}://{rest}");
    }

    /// <summary>The same, with the address that was opened in place of what was left open.</summary>
    public IpxEndPoint At(IpxAddress opened)
    {
        int mark = text.IndexOf('?', StringComparison.Ordinal);
        string main = service ?? opened.ToString();
        return new IpxEndPoint(driver, opened, service, options, mark < 0 ? main : main + text[mark..]) { ServiceType = ServiceType };
    }

    public override bool Equals(object? obj) => obj is IpxEndPoint other && other.ToString() == ToString();

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"{driver.Scheme}://{text}";

    private static bool IsServiceName(string name) =>
        name.Length is > 0 and <= MaxName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '$');

    private static string? ReadOptions(AddressQuery query, IpxAddress station, out IpxOptions options, out ushort serviceType)
    {
        options = new IpxOptions();
        string? wrong = null;
        serviceType = Read("sap", DefaultServiceType, TryHex16, "a service type in hexadecimal digits, as in 083D");
        EndPoint? hub = Read<EndPoint?>("hub", null, TryHub, "HOST:PORT");
        int port = Read("port", IpxOptions.DefaultPort, TryPort, "a port from 1 to 65535");
        IPAddress? from = Read<IPAddress?>("from", null, TryIp, "an IPv4 address of this machine");
        uint network = Read("net", station.Network, TryHex32, "a network's number in hexadecimal digits");
        IReadOnlyList<IPAddress> peers = Read<IReadOnlyList<IPAddress>>("peers", [], TryIps, $"up to {IpxOptions.MaxPeers} IPv4 addresses with commas between them");
        IPAddress? broadcast = Read<IPAddress?>("broadcast", null, TryIp, "an IPv4 address");
        int mtu = Read("mtu", IpxOptions.DefaultMtu, TryNumber, null);
        bool verify = Read("verify", true, TrySwitch, "on or off");
        int maxMtu = hub is null ? IpxOptions.MaxMtu : IpxOptions.MaxHubMtu;
        wrong ??= mtu >= IpxOptions.MinMtu && mtu <= maxMtu ? null : $"option mtu: '{mtu}' is not from {IpxOptions.MinMtu} to {maxMtu}{(hub is null ? "" : ", which is what a hub carries")}";
        options = new IpxOptions { Hub = hub, Port = port, From = from, Network = network, Peers = peers, Broadcast = broadcast, Mtu = mtu, VerifySource = verify };
        return wrong;

        T Read<T>(string name, T otherwise, TryRead<T> read, string? expected)
        {
            if (query[name] is not { } given)
            {
                return otherwise;
            }

            if (read(given, out T value))
            {
                return value;
            }

            wrong ??= $"option {name}: '{given}' is not {expected ?? "a number"}";
            return otherwise;
        }
    }

    private static bool TryHex16(string text, out ushort value) => ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static bool TryHex32(string text, out uint value) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static bool TryNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryPort(string text, out int value) => TryNumber(text, out value) && value is > 0 and <= ushort.MaxValue;

    private static bool TryIp(string text, out IPAddress? value) => IPAddress.TryParse(text, out value) && value.AddressFamily == AddressFamily.InterNetwork;

    private static bool TryIps(string text, out IReadOnlyList<IPAddress> value)
    {
        string[] parts = text.Split(',');
        value = [.. parts.Select(part => TryIp(part, out IPAddress? ip) ? ip : null).OfType<IPAddress>()];
        return value.Count == parts.Length && value.Count <= IpxOptions.MaxPeers;
    }

    private static bool TryHub(string text, out EndPoint? value)
    {
        int colon = text.LastIndexOf(':');
        value = null;
        if (colon <= 0 || !TryPort(text[(colon + 1)..], out int port))
        {
            return false;
        }

        string host = text[..colon];
        value = TryIp(host, out IPAddress? ip) ? new IPEndPoint(ip!, port) : Uri.CheckHostName(host) == UriHostNameType.Dns ? new DnsEndPoint(host, port) : null;
        return value is not null;
    }

    private static bool TrySwitch(string text, out bool value)
    {
        value = text == "on";
        return text is "on" or "off";
    }

    private delegate bool TryRead<T>(string text, out T value);
}
