using System.Diagnostics.CodeAnalysis;
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
            null => $"no transport is called '{scheme}'; expected {TransportDrivers.FormsHere}",
            { IsHere: false } => $"the transport {driver.Name} ({driver.AddressForm}) is not in this build; "
                + $"here are {TransportDrivers.FormsHere}",
            { Scheme: "tcp" } => ReadTcp(rest, out address),
            { Scheme: "pipe" } => ReadPipe(rest, out address),
            _ => ReadMemory(rest, out address),
        };
        error = wrong is null || driver is null or { IsHere: false } ? wrong : $"'{text}': {wrong}; expected {driver.AddressForm}";
        return error is null;
    }

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
        DnsEndPoint dns => throw new FormatException(
            $"cannot listen on the host name '{dns.Host}'; expected an IP address of this machine, as in tcp://127.0.0.1:{dns.Port}"),
        EndPoint endPoint => endPoint,
    };

    public override string ToString() => Driver.Scheme switch
    {
        "tcp" => $"tcp://{(Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]" : Name)}:{Port}",
        _ => $"{Driver.Scheme}://{Name}",
    };

    private static string? ReadTcp(string rest, out TransportAddress? address)
    {
        address = null;
        int colon = rest.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(rest[(colon + 1)..], out int port) || port is < 0 or > ushort.MaxValue)
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

        address = Pipe(rest);
        return null;
    }

    private static string? ReadMemory(string rest, out TransportAddress? address)
    {
        address = rest.Length == 0 || rest.Any(c => c == '/' || char.IsControl(c)) ? null : Memory(rest);
        return address is null ? "no name" : null;
    }
}
