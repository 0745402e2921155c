using System.Globalization;
using Umbra.Testing;

namespace Umbra.Transports.Tests.Contract;

/// <summary>IPX networks on the loopback, each on a UDP port of its own, so that tests are not in each other's way.</summary>
internal static class SpxLoopback
{
    /// <summary>A node at 127.41.0.9, to listen on and to connect to.</summary>
    public static TransportAddress NewAddress(string scheme = "spx") =>
        TransportAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{scheme}://1.7F290009:9090?port={FreePort.Find()}&from=127.41.0.9"));
}
