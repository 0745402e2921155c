using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>
/// Where an RFB server listens. Written vnc://host (port 5900), vnc://host:N (a display for N below 100, else a port), vnc://host::port,
/// vnc:///path/to/socket, or the plain path of a Unix socket. The vnc:// may be left out before a host.
/// </summary>
public sealed record RfbAddress
{
    private const string Scheme = "vnc://";
    private const int FirstPort = 5900;
    private const int DisplaysEnd = 100;

    private RfbAddress(string? host, int port, string? socketPath) => (Host, Port, SocketPath) = (host, port, socketPath);

    /// <summary>Name or number of the machine; null for a Unix socket.</summary>
    public string? Host { get; }

    public int Port { get; }

    public string? SocketPath { get; }

    /// <summary>Whether pixels cost memory bandwidth only on the way here.</summary>
    public bool IsLocal => SocketPath is not null || Host == "localhost"
        || (IPAddress.TryParse(Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    public EndPoint EndPoint => SocketPath is not null ? new UnixDomainSocketEndPoint(SocketPath)
        : IPAddress.TryParse(Host, out IPAddress? ip) ? new IPEndPoint(ip, Port) : new DnsEndPoint(Host!, Port);

    public static RfbAddress UnixSocket(string path) => new(null, 0, path);

    /// <exception cref="FormatException">Not an address.</exception>
    public static RfbAddress Parse(string text) => TryParse(text, out RfbAddress? address) ? address
        : throw new FormatException($"not a vnc address (vnc://host:5901, vnc://host::5901, /path/of/socket): {text}");

    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RfbAddress? address)
    {
        string rest = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : text;
        address = rest.StartsWith('/') ? UnixSocket(rest) : ParseHost(rest.TrimEnd('/'));
        return address is not null;
    }

    public override string ToString() => SocketPath is not null ? Scheme + SocketPath
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Scheme}{(Host!.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}{(Port < DisplaysEnd ? "::" : ":")}{Port}");

    private static RfbAddress? ParseHost(string text)
    {
        int hostEnd = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        hostEnd = hostEnd < 0 ? text.Length : hostEnd;
        string host = text[..hostEnd].Trim('[', ']');
        string number = text[hostEnd..];
        if (host.Length == 0 || host.Contains('/', StringComparison.Ordinal))
        {
            return null;
        }

        if (number.Length == 0)
        {
            return new RfbAddress(host, FirstPort, null);
        }

        bool isPort = number.StartsWith("::", StringComparison.Ordinal);
        string digits = number[(isPort ? 2 : 1)..];
        if (number[0] != ':' || !ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ushort value))
        {
            return null;
        }

        int port = !isPort && value < DisplaysEnd ? FirstPort + value : value;
        return port == 0 ? null : new RfbAddress(host, port, null);
    }
}
