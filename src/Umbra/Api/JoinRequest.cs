using System.Text.Json.Serialization;
using Umbra.Transports;

namespace Umbra.Api;

/// <summary>Enrols this node with the one that issued the token.</summary>
/// <param name="Token">A secret.</param>
/// <param name="Address">Link address of the inviting node.</param>
/// <param name="Force">Join although this node has peers of its own, who lose it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record JoinRequest(string Token, string Address, bool Force = false)
{
    public const int MaxTokenLength = 4096;

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public void Validate()
    {
        Invalid.If(Token is not { Length: > 0 and <= MaxTokenLength }, "the token is empty or too long",
            "give what 'umbra node invite' printed");
        string? wrong = TransportAddress.WhyNotConnect(Address);
        Invalid.If(wrong is not null, wrong!);
    }

    /// <summary>Without the token, so that it cannot reach a log.</summary>
    public override string ToString() => $"join {Address}";
}
