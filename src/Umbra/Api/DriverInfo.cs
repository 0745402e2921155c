using System.Text.Json;
using System.Text.Json.Serialization;
using Umbra.Transports;
using Umbra.Transports.Drivers;

namespace Umbra.Api;

/// <summary>One transport driver.</summary>
/// <param name="Scheme">Of its addresses, as in <c>tcp://</c>.</param>
/// <param name="Addresses">Where it listens for links, or would.</param>
/// <param name="Links">Open over it now, both directions.</param>
/// <param name="File">What it is in, and that file's version, date, size and SHA-256.</param>
/// <param name="Connections">Open over it now: links, and viewers.</param>
/// <param name="TotalConnections">Since the node started.</param>
/// <param name="SentBytes">Of all connections.</param>
/// <param name="Retransmitted">Packets, or on TCP segments, that were sent once more.</param>
/// <param name="Dropped">Packets that came in and were of no use.</param>
/// <param name="Errors">How many failures of each kind there were; kinds without any are left out.</param>
/// <param name="Problem">Why it does not work, and what to do.</param>
internal sealed record DriverInfo(
    string Name, string Scheme, IReadOnlyList<string> Addresses, int Links, DriverFile File,
    [property: JsonConverter(typeof(CamelCaseEnumConverter<DriverState>))] DriverState State, int Connections, long TotalConnections,
    long SentBytes, long ReceivedBytes, long Retransmitted, long Dropped, IReadOnlyDictionary<string, long> Errors, string? Problem = null)
{
    public static DriverInfo From(DriverHost host, IReadOnlyList<string> addresses, int links)
    {
        DriverCounters counters = host.Counters;
        counters.Sample();
        return new DriverInfo(
            host.Driver.Name, host.Driver.Scheme, addresses, links, host.File, host.State, host.OpenConnections, counters.Connections,
            counters.Sent, counters.Received, counters.Retransmitted, counters.Dropped,
            Enum.GetValues<TransportError>().Where(error => counters.Errors(error) > 0).ToDictionary(error => JsonNamingPolicy.CamelCase.ConvertName(error.ToString()), counters.Errors), host.Problem);
    }
}
