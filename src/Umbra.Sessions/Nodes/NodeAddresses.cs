using System.Net;
using System.Net.Sockets;
using Umbra.Transports;

namespace Umbra.Sessions.Nodes;

/// <summary>The addresses nodes tell each other, whatever drivers the other one has: <c>scheme://rest</c>, printable, no spaces.</summary>
public static class NodeAddresses
{
    /// <summary>Of one node.</summary>
    public const int MaxCount = EnrolmentLimits.MaxAddresses;

    /// <summary>
    /// Where others reach what this node listens on. For every address of the machine stands one: the machine's end of the connection at
    /// hand, or its name where there is no connection or that end is good for this machine alone. Port 0, which stands for any, is left out.
    /// </summary>
    /// <param name="listening">From the settings.</param>
    /// <param name="local">This machine's end of a connection to the node that is told; null where there is none.</param>
    public static IReadOnlyList<string> Reachable(IEnumerable<string> listening, EndPoint? local) =>
        Of(listening.Select(text => !TransportAddress.TryParse(text, out TransportAddress? address, out _) ? text
            : address.IsWildcard ? TransportAddress.Tcp(HostFor(address, local), address.Port).ToString()
            : address.Driver.ToReachable(address)?.ToString()).OfType<string>());

    internal static bool IsValid(string address)
    {
        int colon = address.IndexOf("://", StringComparison.Ordinal);
        return colon is >= 2 and <= 8 && address.Length is > 6 and <= EnrolmentLimits.MaxAddressBytes
            && address.AsSpan(0, colon).IndexOfAnyExceptInRange('a', 'z') < 0
            && address.AsSpan(colon + 3) is { Length: > 0 } rest && rest.IndexOfAnyExceptInRange('!', '~') < 0;
    }

    /// <summary>
    /// The valid ones, each once, as many as a message may hold. Without those that nobody can connect to; of a scheme this program does not
    /// know, the other node judges.
    /// </summary>
    internal static IReadOnlyList<string> Of(IEnumerable<string> addresses) =>
        [.. addresses.Where(a => IsValid(a) && IsOfUse(a)).Distinct(StringComparer.Ordinal).Take(EnrolmentLimits.MaxAddresses)];

    private static bool IsOfUse(string address) =>
        !TransportAddress.TryParse(address, out _, out _) || TransportAddress.WhyNotConnect(address) is null;

    private static string HostFor(TransportAddress wildcard, EndPoint? local)
    {
        IPAddress? ip = (local as IPEndPoint)?.Address;
        ip = ip is { IsIPv4MappedToIPv6: true } ? ip.MapToIPv4() : ip;
        bool isWayHere = ip is not null && !IPAddress.IsLoopback(ip) && !ip.IsIPv6LinkLocal

            // Who listens on 0.0.0.0 does not listen on IPv6; on [::] on both.
            && (ip.AddressFamily == AddressFamily.InterNetwork || wildcard.Name.Contains(':', StringComparison.Ordinal));
        return isWayHere ? ip!.ToString() : Dns.GetHostName().ToLowerInvariant();
    }
}
