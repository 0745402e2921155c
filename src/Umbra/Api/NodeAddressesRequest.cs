using System.Text.Json.Serialization;
using Umbra.Sessions.Nodes;
using Umbra.Transports;

namespace Umbra.Api;

/// <summary>Says where a node is reached.</summary>
/// <param name="Addresses">Best first; in place of those it told of itself.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NodeAddressesRequest(IReadOnlyList<string> Addresses)
{
    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public void Validate()
    {
        Invalid.If(Addresses.Count is 0 or > NodeAddresses.MaxCount, $"{Addresses.Count} addresses are given", $"give 1 to {NodeAddresses.MaxCount}");
        foreach (string address in Addresses)
        {
            string? wrong = TransportAddress.WhyNotConnect(address);
            Invalid.If(wrong is not null, wrong!);
        }
    }
}
