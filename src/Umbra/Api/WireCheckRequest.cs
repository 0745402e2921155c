using System.Text.Json.Serialization;
using Umbra.Transports;

namespace Umbra.Api;

/// <summary>Asks to measure the way to another node.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Node">Who has to answer there; null: any enrolled node.</param>
/// <param name="Seconds">How long bytes are sent, in each direction.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WireCheckRequest(string Address, string? Node = null, double Seconds = WireCheckRequest.UsualSeconds)
{
    public const double UsualSeconds = 3;

    /// <summary>Both directions, and what goes before, within <see cref="ProblemMiddleware.Deadline"/>.</summary>
    public const double MostSeconds = 20;

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public void Validate()
    {
        string? why = TransportAddress.WhyNotConnect(Address);
        Invalid.If(why is not null, why ?? "");
        Invalid.If(Seconds is not (>= 0.1 and <= MostSeconds), $"a wire cannot be measured for {Seconds} seconds", $"give 0.1 to {MostSeconds}");
    }
}
