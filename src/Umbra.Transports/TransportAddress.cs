using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Memory;

namespace Umbra.Transports;

/// <summary>
/// Where to connect or to listen: <c>tcp://host:port</c>, <c>pipe:///path.sock</c> (on Windows <c>pipe:///name</c>) or
/// <c>memory://name</c>.
/// Written as it was read; hosts in lower case.
/// </summary>
public sealed record TransportAddress
{
    /// <summary>Longest path of a Unix socket in bytes: sockaddr_un has room for 108, one of them 0.</summary>
    public const int MaxPathBytes = 107;

    private TransportAddress(TransportDriver driver, string name, int port)
    {
        Driver = driver;
        Name = name;
        Port = port;
    }

    public TransportDriver Driver { get; }

    /// <summary>The host (an IPv6 address without brackets), the path, or the name.</summary>
    public string Name { get; }

    /// <summary>TCP port; 0 elsewhere, and to listen on any free port.</summary>
    public int Port { get; }

    /// <summary>Every address of this machine: to listen on, but nothing anybody could connect to.</summary>
    public bool IsWildcard => ToEndPoint() is IPEndPoint { Address: { } ip } && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));

    public static TransportAddress Tcp(string host, int port) => new(TransportDrivers.Tcp, host, port);

    public static TransportAddress Pipe(string path) => new(TransportDrivers.Pipe, path, 0);

    public static TransportAddress Memory(string name) => new(TransportDrivers.Memory, name, 0);

    /// <exception cref="FormatException">The text is not an address; the message says what form is expected.</exception>
    public static TransportAddress Parse(string text) =>
        TryParse(text, out TransportAddress? address, out string? error) ? address : throw new FormatException(error);

    /// <param name="error">What is wrong and what form is expected, for a person.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out TransportAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        int colon = text?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (colon <= 0)
        {
            error = $"'{text}' is not a transport address; expected {TransportDrivers.FormsHere}";
            return false;
        }

        string scheme = text![..colon];
        string rest = text[(colon + 3)..];
        TransportDriver? driver = TransportDrivers.All.FirstOrDefault(d => d.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase));
        string? wrong = driver switch
        {
            null => $"no transport is called '{scheme}'",
            { IsHere: false } => $"the transport {driver.Name} ({driver.AddressForm}) is not in this build",
            { Scheme: "tcp" } => ReadTcp(rest, out address),
            { Scheme: "pipe" } => ReadPipe(rest, out address),
            _ => ReadMemory(rest, out address),
        };
        string expected = driver is { IsHere: true } ? driver.AddressForm : TransportDrivers.FormsHere;
        error = wrong is null ? null : $"'{text}': {wrong}; expected {expected}";
        return error is null;
    }

    /// <summary>Null where this node can listen for links on what the text says; else why not, for a person.</summary>
    public static string? WhyNotListen(string? text) => WhyNoLink(text, address => address.ToEndPoint() is DnsEndPoint { Host: not "localhost" }
        ? $"'{address}': a node listens on an IP address of its machine, and this is a host name; "
            + $"expected one as in tcp://0.0.0.0:{address.Port}"
        : null);

    /// <summary>Null where another node can be reached at what the text says, as far as one can see; else why not, for a person.</summary>
    public static string? WhyNotConnect(string? text) => WhyNoLink(text, address => address switch
    {
        { IsWildcard: true } => $"'{address}': that is every address of a machine, to listen on; "
            + $"expected one to connect to, as in tcp://server-b:{address.Port}",
        { Port: 0 } when address.Driver == TransportDrivers.Tcp =>
            $"'{address}': nobody listens on port 0; expected {address.Driver.AddressForm}",
        _ => null,
    });

    /// <summary>What to connect to.</summary>
    public EndPoint ToEndPoint() => Driver.Scheme switch
    {
        "tcp" => IPAddress.TryParse(Name, out IPAddress? ip) ? new IPEndPoint(ip, Port) : new DnsEndPoint(Name, Port),
        "pipe" => OperatingSystem.IsWindows() ? new NamedPipeEndPoint(Name.TrimStart('/')) : new UnixDomainSocketEndPoint(Name),
        _ => new MemoryEndPoint(Name),
    };

    /// <summary>What to listen on: for TCP an address of this machine, so of host names only "localhost" will do.</summary>
    /// <exception cref="FormatException">The host is another name.</exception>
    public EndPoint ToListenEndPoint() => ToEndPoint() switch
    {
        DnsEndPoint { Host: "localhost" } dns => new IPEndPoint(IPAddress.Loopback, dns.Port),
        DnsEndPoint => throw new FormatException(WhyNotListen(ToString())),
        EndPoint endPoint => endPoint,
    };

    public override string ToString() => Driver.Scheme switch
    {
        "tcp" => $"tcp://{(Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]" : Name)}:{Port}",
        _ => $"{Driver.Scheme}://{Name}",
    };

    private static string? WhyNoLink(string? text, Func<TransportAddress, string?> check)
    {
        if (!TryParse(text, out TransportAddress? address, out string? error))
        {
            return error;
        }

        return address.Driver == TransportDrivers.Memory
            ? $"'{text}': no other node reaches into this process; expected {TransportDrivers.FormsHere}"
            : check(address);
    }

    private static string? ReadTcp(string rest, out TransportAddress? address)
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

        address = Tcp(host.ToLowerInvariant(), port);
        return null;
    }

    private static string? ReadPipe(string rest, out TransportAddress? address)
    {
        address = null;
        int length = Encoding.UTF8.GetByteCount(rest);
        if (!rest.StartsWith('/') || length < 2)
        {
            return "the path is not absolute";
        }

        if (length > MaxPathBytes)
        {
            return $"the path has {length} bytes, a socket's path at most {MaxPathBytes}";
        }

        if (rest.Any(char.IsControl))
        {
            return "the path has control characters";
        }

        if (rest.EndsWith('/'))
        {
            return "the path is a directory's";
        }

        address = Pipe(rest);
        return null;
    }

    private static string? ReadMemory(string rest, out TransportAddress? address)
    {
        address = rest.Length == 0 || rest.Any(c => c == '/' || char.IsControl(c)) ? null : Memory(rest);
        return address is null ? "no name" : null;
    }
}
