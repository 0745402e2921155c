using System.Diagnostics.CodeAnalysis;
using System.Net;
using Umbra.Transports.Memory;
using Umbra.Transports.Pipes;
using Umbra.Transports.Tcp;

namespace Umbra.Transports;

/// <summary>Where to connect or to listen, as in <c>tcp://host:port</c>; each driver reads its own. Two that are written the same are equal.</summary>
public sealed class TransportAddress : IEquatable<TransportAddress>
{
    private readonly string _text;

    /// <param name="name">The host (an IPv6 address without brackets), the path, or the name.</param>
    /// <param name="port">0 where it has none, and to listen on any free one.</param>
    /// <param name="endPoint">What to connect to.</param>
    /// <param name="rest">What is written after <c>scheme://</c>, in the one way that this address is written.</param>
    public TransportAddress(TransportDriver driver, string name, int port, EndPoint endPoint, string rest)
    {
        Driver = driver;
        Name = name;
        Port = port;
        EndPoint = endPoint;
        _text = $"{driver.Scheme}://{rest}";
    }

    public TransportDriver Driver { get; }

    public string Name { get; }

    public int Port { get; }

    public EndPoint EndPoint { get; }

    /// <summary>Every address of this machine: to listen on, but nothing anybody could connect to.</summary>
    public bool IsWildcard => EndPoint is IPEndPoint { Address: { } ip } && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));

    public static TransportAddress Tcp(string host, int port) => TcpDriver.Address(host, port);

    public static TransportAddress Pipe(string path) => PipeDriver.Address(path);

    public static TransportAddress Memory(string name) => MemoryDriver.Address(name);

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
            error = $"'{text}' is not a transport address; expected {TransportDrivers.Forms}";
            return false;
        }

        string scheme = text![..colon];
        TransportDriver? driver = TransportDrivers.All.FirstOrDefault(d => d.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase));
        string? wrong = driver is null ? $"no transport is called '{scheme}'" : driver.Read(text[(colon + 3)..], out address);
        error = wrong is null ? null : $"'{text}': {wrong}; expected {driver?.AddressForm ?? TransportDrivers.Forms}";
        return error is null;
    }

    /// <summary>Null where this node can listen for links on what the text says; else why not, for a person.</summary>
    public static string? WhyNotListen(string? text) => WhyNoLink(text, address => address.Driver.WhyNotListen(address));

    /// <summary>Null where another node can be reached at what the text says, as far as one can see; else why not, for a person.</summary>
    public static string? WhyNotConnect(string? text) => WhyNoLink(text, address => address.Driver.WhyNotConnect(address));

    /// <summary>What to listen on.</summary>
    /// <exception cref="FormatException">One cannot.</exception>
    public EndPoint ToListenEndPoint() => Driver.WhyNotListen(this) is { } why ? throw new FormatException(why) : Driver.ToListenEndPoint(this);

    public bool Equals(TransportAddress? other) => other is not null && other._text == _text;

    public override bool Equals(object? obj) => Equals(obj as TransportAddress);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _text;

    private static string? WhyNoLink(string? text, Func<TransportAddress, string?> check)
    {
        if (!TryParse(text, out TransportAddress? address, out string? error))
        {
            return error;
        }

        return address.Driver.IsInternal ? $"'{text}': no other node reaches into this process; expected {TransportDrivers.Forms}" : check(address);
    }
}
