using System.Net;

namespace Umbra.Transports.NetBios;

/// <summary>A name to listen on or to connect to, and how it is reached. Two that are written the same are equal.</summary>
internal sealed class NetBiosEndPoint : EndPoint
{
    public required NetBiosName Name { get; init; }

    /// <summary>Where to connect without asking for the name: an address or a host name; null: the name is asked for.</summary>
    public string? Host { get; init; }

    /// <summary>TCP, of sessions; 0 to listen on any free one.</summary>
    public int Port { get; init; } = Ports.Sessions;

    /// <summary>UDP, of the name service; null: names are neither claimed nor asked for.</summary>
    public int? NamesPort { get; init; } = Ports.Names;

    /// <summary>Where names are claimed or asked for; null: the network that <see cref="Listen"/> is in, and to connect all networks of this machine.</summary>
    public IPAddress? Broadcast { get; init; }

    /// <summary>The address to listen on. Nobody else reaches the loopback, so that is where one is safe who said nothing.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>As it is written after <c>netb://</c>: what is as it would be anyway is left out.</summary>
    public string Text
    {
        get
        {
            string[] options =
            [
                .. Host is null ? (string[])[] : [$"host={Host}"],
                .. Port == Ports.Sessions ? (string[])[] : [$"port={Port}"],
                .. NamesPort == Ports.Names ? (string[])[] : [NamesPort is { } names ? $"names={names}" : "names=off"],
                .. Broadcast is null ? (string[])[] : [$"broadcast={Broadcast}"],
                .. Listen.Equals(IPAddress.Loopback) ? (string[])[] : [$"listen={Listen}"],
            ];
            string name = Name.Suffix == NetBiosName.ServerSuffix ? Name.Text : Name.ToString();
            return options.Length == 0 ? name : $"{name}?{string.Join('&', options)}";
        }
    }

    /// <summary>The same on the port that was given for port 0.</summary>
    public NetBiosEndPoint OnPort(int port) => new() { Name = Name, Host = Host, Port = port, NamesPort = NamesPort, Broadcast = Broadcast, Listen = Listen };

    public override bool Equals(object? obj) => obj is NetBiosEndPoint other && other.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"netb://{Text}";
}
