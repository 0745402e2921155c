using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Umbra.Testing;
using Umbra.Transports.Ipx;

namespace Umbra.Benchmarks.Link;

/// <summary>How fast bytes go over a link of each driver, with TLS, beside TLS alone and what the kernel's calls allow.</summary>
internal sealed class LinkBenchmark(RunOptions options, CancellationToken cancellationToken)
{
    /// <summary>Longest packets over IPX: what every network carries, what an Ethernet and a hub do, the most.</summary>
    private static readonly int[] Mtus = [IpxOptions.DefaultMtu, IpxOptions.MaxHubMtu, IpxOptions.MaxMtu];

    private readonly TimeSpan _time = TimeSpan.FromSeconds(options.Seconds);

    public async Task<LinkReport> RunAsync()
    {
        Machine before = Machine.Read();
        using TempFolder folder = new();
        List<(string Wire, string Packets, LinkWire Link)> wires = [];
        List<LinkResult> results = [];
        try
        {
            foreach ((string wire, string packets, string listen, string connect) in Addresses(folder.Path).Where(address => options.Wires.Contains(address.Wire)))
            {
                wires.Add((wire, packets, await LinkWire.StartAsync(listen, connect)));
            }

            for (int i = 0; i < options.Repetitions; i++)
            {
                await RepeatAsync(folder.Path, wires, results);
            }
        }
        finally
        {
            foreach ((_, _, LinkWire link) in wires)
            {
                await link.DisposeAsync();
            }
        }

        return new LinkReport(options, before, Machine.Read(), results);
    }

    private static IEnumerable<(string Wire, string Packets, string Listen, string Connect)> Addresses(string folder)
    {
        string tcp = string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{FreePort.Find()}");
        yield return ("tcp", "", tcp, tcp);
        string pipe = $"pipe://{Path.Combine(folder, "link")}";
        yield return ("pipe", "", pipe, pipe);
        string netBios = string.Create(CultureInfo.InvariantCulture, $"netb://BENCH?host=127.0.0.1&port={FreePort.Find()}&names=off");
        yield return ("netb", "", netBios, netBios);
        foreach (string scheme in (string[])["ipx", "spx"])
        {
            foreach (int mtu in Mtus)
            {
                string address = string.Create(CultureInfo.InvariantCulture, $"{scheme}://1.7F2A0009:9090?port={FreePort.Find()}&mtu={mtu}");
                yield return (scheme, mtu.ToString(CultureInfo.InvariantCulture), $"{address}&from=127.42.0.9", $"{address}&from=127.42.0.8");
            }
        }
    }

    private async Task RepeatAsync(string folder, IEnumerable<(string Wire, string Packets, LinkWire Link)> wires, List<LinkResult> results)
    {
        LinkRate reference = await PlainTls.MeasureAsync(new IPEndPoint(IPAddress.Loopback, 0), _time, cancellationToken);
        results.Add(new LinkResult("TLS alone over TCP", "", reference, null, reference));
        string path = Path.Combine(folder, "plain");
        LinkRate pipe = await PlainTls.MeasureAsync(new UnixDomainSocketEndPoint(path), _time, cancellationToken);
        File.Delete(path);
        results.Add(new LinkResult("TLS alone over a Unix socket", "", pipe, null, reference));
        foreach ((string wire, string packets, LinkWire link) in wires)
        {
            LinkRate toNear = await link.MeasureAsync(isToNear: true, _time, cancellationToken);
            LinkRate toTarget = await link.MeasureAsync(isToNear: false, _time, cancellationToken);
            results.Add(new LinkResult(wire, packets, toNear, toTarget, reference));
        }

        results.Add(new LinkResult("calls alone, TCP", "", SystemCalls.Tcp(_time), null, null));
        foreach (int mtu in Mtus)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string packets = mtu.ToString(CultureInfo.InvariantCulture);
            results.Add(new LinkResult("calls alone, UDP, each packet by itself", packets, SystemCalls.Udp(mtu, isTrain: false, _time), null, null));
            results.Add(new LinkResult("calls alone, UDP, in trains", packets, SystemCalls.Udp(mtu, isTrain: true, _time), null, null));
        }
    }
}
