using System.Text.Json.Serialization;

namespace Umbra.Sessions.Nodes;

/// <summary>An enrolled node.</summary>
/// <param name="Name">See <see cref="NodeNames"/>.</param>
/// <param name="Addresses">Where it listens, best first: pipe:///run/x.sock, tcp://host:port.</param>
/// <param name="Serial">Of the certificate it was enrolled with.</param>
/// <param name="KeyHash">SHA-256 of its public key, upper-case hex: what it is recognised by.</param>
public sealed record Peer(string Name, IReadOnlyList<string> Addresses, string Serial, string KeyHash, DateTimeOffset EnrolledAt)
{
    /// <summary>
    /// Only ever read: earlier versions could keep a peer in the file and say that it gets nothing. Such a record is left out; reading past
    /// this field would let the peer in again.
    /// </summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal DateTimeOffset? RevokedAt { get; init; }
}
