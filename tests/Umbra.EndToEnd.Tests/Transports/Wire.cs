using System.Net;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Transports;

/// <summary>A wire of this machine between two nodes, of one driver: addresses, ports and names of its own, so that several may be in use beside each other.</summary>
internal sealed class Wire : IDisposable
{
    private Wire(string scheme, string? listen, string? reach)
    {
        Scheme = scheme;
        Listen = listen;
        Reach = reach;
    }

    public string Scheme { get; }

    /// <summary>Where the target node listens; null: at its pipe.</summary>
    public string? Listen { get; }

    /// <summary>Where the near node reaches it; null: at the same address.</summary>
    public string? Reach { get; }

    /// <summary>Of the serial line; null on the others.</summary>
    public TestLine? Line { get; private init; }

    /// <summary>Of the desktop that is shadowed: what the medium can bear.</summary>
    public (int Width, int Height) Screen => Line is null ? (1280, 800) : (320, 200);

    /// <summary>What scrolls on it (see tests/Interop/xmove.c).</summary>
    public string Text => Line is null ? "scroll" : "marker";

    /// <summary>What fills it with new pictures.</summary>
    public string Video => Line is null ? "video" : "marker";

    /// <summary>0: one shadow at a time.</summary>
    public int OpenShadows => Line is null ? 8 : 0;

    public int Visits => Long.IsWanted ? 1000 : Line is null ? 100 : 20;

    public static Wire Of(string scheme)
    {
        int port = FreePort.Find();
        string[] hosts = [Host(1), Host(2)];
        string node = Convert.ToHexString(IPAddress.Parse(hosts[0]).GetAddressBytes());
        switch (scheme)
        {
            case "tcp":
                return new Wire(scheme, $"tcp://127.0.0.1:{port}", null);
            case "pipe":
                return new Wire(scheme, null, null);
            case "async":
                const int Baud = 115200;
                TestLine line = new(Baud);
                return new Wire(scheme, $"async://{line.Paths[0]}?baud={Baud}", $"async://{line.Paths[1]}?baud={Baud}") { Line = line };
            case "ipx" or "spx":
                return new Wire(scheme, $"{scheme}://1.{node}:9090?from={hosts[0]}&port={port}", $"{scheme}://1.{node}:9090?from={hosts[1]}&port={port}");
            case "netb":
                return new Wire(scheme, $"netb://UMBRA-B?port={port}&names={port}&listen={hosts[0]}", $"netb://UMBRA-B?port={port}&names={port}");
            default:
                throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "no such wire");
        }

        static string Host(int last) => $"127.{Random.Shared.Next(64, 255)}.{Random.Shared.Next(256)}.{last}";
    }

    public void Dispose() => Line?.Dispose();
}
